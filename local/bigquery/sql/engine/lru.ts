/** Keys hold statement texts. A longer one carries data: it hardly comes twice, and its tree is large. */
const longestKey = 50_000;

/**
 * A cache of at most `capacity` values by key; the least recently used goes first. A promise that fails is
 * forgotten, so that a failure is never answered twice.
 */
export function lru<T>(capacity: number): (key: string, make: () => T) => T {
  const values = new Map<string, T>();
  return (key, make) => {
    const known = values.get(key);
    if (known !== undefined) {
      values.delete(key);
      values.set(key, known);
      return known;
    }
    const made = make();
    if (key.length > longestKey) return made;
    values.set(key, made);
    if (made instanceof Promise) made.catch(() => values.delete(key));
    const [oldest] = values.keys();
    if (values.size > capacity && oldest !== undefined) values.delete(oldest);
    return made;
  };
}
