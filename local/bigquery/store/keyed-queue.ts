/** Runs pieces of work with the same key one after the other, in the order they came; different keys at once. */
export type KeyedQueue = <T>(key: string, work: () => Promise<T>) => Promise<T>;

export function createKeyedQueue(): KeyedQueue {
  const tails = new Map<string, Promise<void>>();
  return (key, work) => {
    const previous = tails.get(key);
    const result = previous === undefined ? work() : previous.then(work);
    const tail = result.then(ignore, ignore).then(() => {
      if (tails.get(key) === tail) tails.delete(key);
    });
    tails.set(key, tail);
    return result;
  };
}

function ignore(): void {}
