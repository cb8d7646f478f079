/** The time, and waiting for it; a test gives its own. */
export type Clock = {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `callback` once, after so many milliseconds, unless the returned function is called before. */
  after(milliseconds: number, callback: () => void): () => void;
};

export const systemClock: Clock = {
  now: Date.now,
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};
