/** First in, first out, in constant time. What was taken out is not kept in memory. */
export const createFifo = <Item>() => {
  let items: (Item | undefined)[] = [];
  let head = 0;
  return {
    push(item: Item): void {
      items.push(item);
    },
    /** The first item, which stays; undefined when there is none. */
    peek: (): Item | undefined => items[head],
    shift(): void {
      if (head >= items.length) return;
      items[head] = undefined;
      head += 1;
      if (head < items.length && head * 2 < items.length) return;
      items = items.slice(head);
      head = 0;
    },
  };
};
