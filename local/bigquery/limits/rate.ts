/** At most a number of events per window, counted over the window that ends now. */
export interface RateLimit {
  /** Whether one more may take place; if so, it is counted. */
  take(): boolean;
}

export function createRateLimit(limit: number, windowMs: number, now: () => number): RateLimit {
  let taken: number[] = [];
  return {
    take() {
      const start = now() - windowMs;
      taken = taken.filter((time) => time > start);
      if (taken.length >= limit) return false;
      taken.push(now());
      return true;
    },
  };
}

/** One value per key, made when it is first asked for. */
export function perKey<T>(make: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = make(key);
    known.set(key, made);
    return made;
  };
}
