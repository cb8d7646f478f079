/**
 * First in, first out, with turns: the keys take turns, so that one with many items does not keep the others
 * waiting. In constant time. What was taken out does not stay in memory.
 */
export const createTurns = <Item>(keyOf: (item: Item) => string) => {
  /** In the order of their turns. None is empty. */
  const lines = new Map<string, Fifo<Item>>();
  const next = (): [string, Fifo<Item>] | undefined => {
    for (const line of lines) return line;
    return undefined;
  };
  return {
    push(item: Item): void {
      const key = keyOf(item);
      const line = lines.get(key) ?? createFifo<Item>();
      lines.set(key, line);
      line.push(item);
    },
    /** The item whose turn it is, which stays; undefined when there is none. */
    peek: (): Item | undefined => next()?.[1].peek(),
    /** Takes it out. Its key is the last one then. */
    shift(): void {
      const turn = next();
      if (turn === undefined) return;
      const [key, line] = turn;
      line.shift();
      lines.delete(key);
      if (line.peek() !== undefined) lines.set(key, line);
    },
  };
};

type Fifo<Item> = ReturnType<typeof createFifo<Item>>;

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
