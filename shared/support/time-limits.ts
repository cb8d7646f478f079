/**
 * The promise's value. Throws the signal's reason if that comes first; the work itself goes on unobserved.
 */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // If the signal has come already, nobody else listens, and an unhandled rejection would end the process.
  promise.catch(() => undefined);
  signal.throwIfAborted();
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/**
 * The work's result, if it comes within `timeoutMs`. Otherwise throws an error that counts as a broken
 * connection (ETIMEDOUT): whether the work still takes effect is unknown then.
 */
export async function within<T>(timeoutMs: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    const error = noAnswer(timeoutMs, what);
    timer = setTimeout(() => reject(error), timeoutMs);
  });
  try {
    return await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

/** The error of `within`, for who finds out earlier that there will be no answer in time. */
export const noAnswer = (timeoutMs: number, what: string): Error =>
  Object.assign(new Error(`No answer from ${what} within ${timeoutMs} ms`), { code: 'ETIMEDOUT' });
