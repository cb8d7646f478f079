type Listener = (event: Readonly<Record<string, unknown>>) => void;

const elementType = 1;
const textType = 3;

/** As much of a node of a page as Preact needs to draw into: nothing is laid out. */
export class PageNode {
  parentNode: PageNode | null = null;
  readonly childNodes: PageNode[] = [];
  readonly attributes = new Map<string, string>();
  readonly style: Record<string, string> = {};
  /** Of a field. */
  value = '';
  /** Of a text. */
  data = '';
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(
    readonly localName: string,
    readonly nodeType = elementType,
  ) {}

  get firstChild(): PageNode | null {
    return this.childNodes[0] ?? null;
  }

  get nextSibling(): PageNode | null {
    const beside = this.parentNode?.childNodes ?? [];
    return beside[beside.indexOf(this) + 1] ?? null;
  }

  insertBefore(node: PageNode, next: PageNode | null): PageNode {
    if (node === next) return node;
    node.parentNode?.removeChild(node);
    this.childNodes.splice(next === null ? this.childNodes.length : this.childNodes.indexOf(next), 0, node);
    node.parentNode = this;
    return node;
  }

  appendChild(node: PageNode): PageNode {
    return this.insertBefore(node, null);
  }

  removeChild(node: PageNode): PageNode {
    this.childNodes.splice(this.childNodes.indexOf(node), 1);
    node.parentNode = null;
    return node;
  }

  remove(): void {
    this.parentNode?.removeChild(this);
  }

  setAttribute(name: string, value: unknown): void {
    this.attributes.set(name, String(value));
  }

  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }

  addEventListener(name: string, listener: Listener): void {
    this.#listeners.set(name, (this.#listeners.get(name) ?? new Set()).add(listener));
  }

  removeEventListener(name: string, listener: Listener): void {
    this.#listeners.get(name)?.delete(listener);
  }

  /** Something happens to it, and what it stands in hears of that, too. */
  happen(type: string): void {
    for (let node: PageNode | null = this; node !== null; node = node.parentNode) {
      const event = { type, target: this, currentTarget: node, preventDefault() {} };
      for (const listener of node.#listeners.get(type) ?? []) listener.call(node, event);
    }
  }

  /** All that is said in it. */
  get words(): string {
    return this.data + this.childNodes.map(({ words }) => words).join(' ');
  }

  /** What is in it and is so, from top to bottom. */
  all(isSo: (node: PageNode) => boolean): readonly PageNode[] {
    return this.childNodes.flatMap((node) => [...(isSo(node) ? [node] : []), ...node.all(isSo)]);
  }
}

export function textNode(text: string): PageNode {
  const node = new PageNode('', textType);
  node.data = text;
  return node;
}
