import { type ComponentChild, h, options, render } from 'preact';
import { LocationProvider, useLocation } from 'preact-iso/router';
import { createClient } from '../../../client';
import { eventually } from '../../support/local-cloud';
import { PageNode, textNode } from './page-node';

/** What is asked for, such as `/api/v1/tenants`, and what with. */
type Asked = { readonly path: string; readonly query: URLSearchParams };

interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

/** Answers what a page asks for. */
export type Answering = (asked: Asked) => Answer | Promise<Answer>;

const origin = 'http://console.test';

/** What the console finds in a browser and not in Node, where nothing of it is laid out. Told to be taken away after all. */
function makeBrowser() {
  const document = Object.assign(new PageNode('#document'), {
    hidden: false,
    title: '',
    createElementNS: (_: string, name: string) => new PageNode(name),
    createTextNode: textNode,
  });
  const location = { origin, pathname: '/', search: '' };
  const go = (_: unknown, __: unknown, address: string) => {
    const { pathname, search } = new URL(address, origin);
    Object.assign(location, { pathname, search });
  };
  const ticks: NodeJS.Timeout[] = [];
  const { setInterval: every } = globalThis;
  const found = {
    document,
    location,
    history: { pushState: go, replaceState: go },
    scrollTo: () => {},
    addEventListener: () => {},
    removeEventListener: () => {},
    // The console has clocks that go as long as its page is open.
    setInterval: (act: () => void, ms: number) => ticks[ticks.push(every(act, ms)) - 1],
  };
  const before = new Map(
    Object.keys(found).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]),
  );
  for (const [name, value] of Object.entries(found))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  const close = () => {
    ticks.forEach(clearInterval);
    for (const [name, descriptor] of before)
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
  };
  return { document, go, close };
}

/** The console's own modules, drawn in Node for an admin. They are to be imported after this was called. */
export function consoleInNode() {
  const { document, go, close } = makeBrowser();
  let body = new PageNode('body');
  let goTo: (address: string) => void = () => {};
  const Way = () => {
    goTo = useLocation().route;
    return null;
  };
  const leave = () => render(null, body);
  // What is to come after a frame comes soon, and before the browser is taken away.
  const { requestAnimationFrame: before } = options;
  options.requestAnimationFrame = (act) => setImmediate(act);
  afterEach(leave);
  afterAll(async () => {
    await new Promise(setImmediate);
    Object.assign(options, { requestAnimationFrame: before });
    close();
  });

  /** Opens what is drawn, at an address of the console. */
  const open = async (address: string, shown: ComponentChild, answer: Answering) => {
    const { session } = await import('../../../console/app/session');
    const ask: typeof fetch = async (to) => {
      const { pathname, searchParams } = new URL(String(to));
      const { status = 200, body } = await answer({ path: pathname, query: searchParams });
      return Response.json(body, { status });
    };
    const api = createClient({ baseUrl: origin, fetch: ask, retries: { attempts: 1 } });
    session.value = {
      identity: { kind: 'admin', name: null, mayChange: true },
      life: { isOver: false },
      api,
    };
    leave();
    body = new PageNode('body');
    go(undefined, undefined, address);
    render(h(LocationProvider, null, h(Way, null), shown), body);
  };
  const buttons = (words: string) =>
    body.all(({ localName, words: own }) => localName === 'button' && own.trim() === words);
  const field = (label: string) => {
    const [labelled] = body.all(({ localName, words }) => localName === 'label' && words.startsWith(label));
    const id = labelled?.attributes.get('for');
    const [found] = body.all(({ attributes }) => id !== undefined && attributes.get('id') === id);
    if (found === undefined) throw new Error(`No field is labelled ${label}: ${body.words}`);
    return found;
  };
  return {
    open,
    leave,
    /** From where it is, as by a link. */
    goTo: (address: string) => goTo(address),
    field,
    words: () => body.words,
    isBusy: () => body.all(({ attributes }) => attributes.get('aria-busy') === 'true').length > 0,
    says: (words: string) =>
      eventually(`the words: ${words}`, async () => (body.words.includes(words) ? true : undefined)),
    has: (words: string) => buttons(words).length > 0,
    press: (words: string) => {
      const [button] = buttons(words);
      if (button === undefined) throw new Error(`No button says ${words}: ${body.words}`);
      button.happen('click');
    },
    type: (label: string, text: string) => {
      const typed = field(label);
      typed.value = text;
      typed.happen('input');
    },
    /** Whoever has looked elsewhere comes back. */
    lookAgain: () => document.happen('visibilitychange'),
  };
}

/** A server that fails. */
export const failing: Answer = {
  status: 503,
  body: { status: 503, code: 'unavailable', title: 'The server fails', detail: 'Ask later.' },
};
