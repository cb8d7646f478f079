/** A Map that forgets what was set longest ago once it holds more than so many entries. */
export interface BoundedMap<Value> {
  readonly get: (name: string) => Value | undefined;
  readonly set: (name: string, value: Value) => void;
  readonly delete: (name: string) => void;
}

export function createBoundedMap<Value>(most: number): BoundedMap<Value> {
  const entries = new Map<string, Value>();
  return {
    get: (name) => entries.get(name),
    set(name, value) {
      // Map keeps the order of insertion: what is set again becomes the youngest.
      entries.delete(name);
      entries.set(name, value);
      for (const oldest of entries.keys()) {
        if (entries.size <= most) break;
        entries.delete(oldest);
      }
    },
    delete: (name) => void entries.delete(name),
  };
}
