/**
 * The work's outcome, if it comes within `timeoutMs`; else throws what counts as a broken connection (ETIMEDOUT): whether
 * the work takes effect after all is not known then.
 */
export async function within<T>(timeoutMs: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    const error = Object.assign(new Error(`No answer from ${what} within ${timeoutMs} ms`), {
      code: 'ETIMEDOUT',
    });
    timer = setTimeout(() => reject(error), timeoutMs);
  });
  try {
    return await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
