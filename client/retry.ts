import { ApiProblem } from './problem';

export interface RetryPolicy {
  /** How often a call is made at most, the first time included. */
  readonly attempts: number;
  /** A server that asks for a longer pause is not asked again. In milliseconds. */
  readonly longestPauseMs: number;
}

export const usualRetries: RetryPolicy = { attempts: 4, longestPauseMs: 30_000 };

const firstPauseMs = 250;

/** Makes a call that may be made again: after a broken connection, and where the interface cannot answer just now. */
export async function retrying<T>(
  { attempts, longestPauseMs }: RetryPolicy,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let made = 1; ; made++) {
    try {
      return await attempt();
    } catch (error) {
      const pauseMs = pauseAfter(error, made);
      signal?.throwIfAborted();
      if (made >= attempts || pauseMs === undefined || pauseMs > longestPauseMs) throw error;
      await pause(pauseMs, signal);
    }
  }
}

/** Undefined: it makes no sense to ask again. */
function pauseAfter(error: unknown, made: number): number | undefined {
  const backOffMs = Math.random() * firstPauseMs * 2 ** made;
  // fetch's error for a connection that cannot be made or breaks.
  if (error instanceof TypeError) return backOffMs;
  if (!(error instanceof ApiProblem)) return undefined;
  const isPassing = error.status === 503 || error.code === 'too_many_failures';
  if (!isPassing) return undefined;
  const askedMs = (error.retryAfterSeconds ?? 0) * 1_000;
  return askedMs + backOffMs;
}

/** Rejects with the signal's reason as soon as it is aborted. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
