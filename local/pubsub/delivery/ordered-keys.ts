/**
 * Who waits behind whom: the items of each key in the order in which they came. Items without a key ('') are in
 * no line.
 */
export const createOrderedKeys = <Item>(keyOf: (item: Item) => string) => {
  /** None is empty. */
  const lines = new Map<string, Set<Item>>();
  return {
    /** True where no other item of its key is before it. */
    add(item: Item): boolean {
      const key = keyOf(item);
      if (key === '') return true;
      const line = lines.get(key) ?? new Set();
      lines.set(key, line);
      line.add(item);
      return line.size === 1;
    },
    delete(item: Item): void {
      const key = keyOf(item);
      lines.get(key)?.delete(item);
      if (lines.get(key)?.size === 0) lines.delete(key);
    },
    /** All items of this one's key, the first one first. */
    lineOf: (item: Item): Iterable<Item> => lines.get(keyOf(item)) ?? [],
    clear: (): void => lines.clear(),
  };
};
