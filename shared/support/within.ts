/**
 * The work's result, if it comes within `timeoutMs`. Otherwise throws an error that counts as a broken
 * connection (ETIMEDOUT): whether the work still takes effect is unknown then.
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
