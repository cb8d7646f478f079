export interface Load<T> {
  readonly results: readonly T[];
  /** From the first call to the end of the last, in milliseconds. */
  readonly tookMs: number;
}

/** Calls `work` so many times, `atOnce` under way at any moment. Rejects with the first error. */
export async function generateLoad<T>(
  { times, atOnce }: { readonly times: number; readonly atOnce: number },
  work: (index: number) => Promise<T>,
): Promise<Load<T>> {
  const results: T[] = [];
  let next = 0;
  const lane = async () => {
    while (next < times) {
      const index = next++;
      results.push(await work(index));
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: Math.min(atOnce, times) }, lane));
  return { results, tookMs: performance.now() - start };
}
