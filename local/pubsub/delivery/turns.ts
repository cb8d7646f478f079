/** An item that may go now. */
type Turn<Item> = {
  item: Item;
  /** Takes it out. Its key is the last one then. */
  take(): void;
};

/**
 * First in, first out, with turns: the keys take turns, so that one with many items does not keep the others
 * waiting. What was taken out does not stay in memory.
 */
export const createTurns = <Item>(keyOf: (item: Item) => string) => {
  /** In the order of their turns. None is empty. */
  const lines = new Map<string, Fifo<Item>>();
  return {
    push(item: Item): void {
      const key = keyOf(item);
      const line = lines.get(key) ?? createFifo<Item>();
      lines.set(key, line);
      line.push(item);
    },
    /** The item whose turn it is, of the keys that may go; undefined where there is none. */
    next(mayGo: (key: string) => boolean): Turn<Item> | undefined {
      for (const [key, line] of lines) {
        const item = mayGo(key) ? line.peek() : undefined;
        if (item === undefined) continue;
        const take = (): void => {
          line.shift();
          lines.delete(key);
          if (line.peek() !== undefined) lines.set(key, line);
        };
        return { item, take };
      }
      return undefined;
    },
  };
};

type Fifo<Item> = ReturnType<typeof createFifo<Item>>;

/** In constant time. */
const createFifo = <Item>() => {
  let items: (Item | undefined)[] = [];
  let head = 0;
  return {
    push(item: Item): void {
      items.push(item);
    },
    peek: (): Item | undefined => items[head],
    shift(): void {
      items[head] = undefined;
      head += 1;
      if (head * 2 < items.length) return;
      items = items.slice(head);
      head = 0;
    },
  };
};
