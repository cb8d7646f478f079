import { ServiceError } from '../../errors';

/** The time that a call has to be answered in. */
export interface RequestTime {
  /** The answer, if it comes in time; else throws `unavailable`. What was begun may go on. */
  readonly limit: <T>(answer: Promise<T>) => Promise<T>;
  /** What the caller takes to send something does not count. */
  readonly without: <T>(waiting: Promise<T>) => Promise<T>;
  /** How much of it is left, in milliseconds. */
  readonly leftMs: () => number;
}

/**
 * Counts from now on. A read that is late has changed nothing; of another call nobody knows.
 * @param longestMs Infinity for calls that a scheduler or a queue makes: they have time limits of their own
 */
export function createRequestTime(method: string, longestMs: number): RequestTime {
  if (longestMs === Number.POSITIVE_INFINITY) {
    return { limit: (answer) => answer, without: (waiting) => waiting, leftMs: () => longestMs };
  }
  let leftMs = longestMs;
  let since = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let end = () => {};
  const timeUp = new Promise<never>((_, reject) => {
    end = () => reject(tooLate(method, longestMs));
  });
  timeUp.catch(() => undefined);
  const go = () => {
    since = performance.now();
    timer = setTimeout(end, leftMs);
  };
  const stop = () => {
    clearTimeout(timer);
    leftMs -= performance.now() - since;
  };
  go();
  return {
    async limit(answer) {
      answer.catch(() => undefined);
      try {
        return await Promise.race([answer, timeUp]);
      } finally {
        clearTimeout(timer);
      }
    },
    async without(waiting) {
      stop();
      try {
        return await waiting;
      } finally {
        go();
      }
    },
    leftMs: () => leftMs - (performance.now() - since),
  };
}

function tooLate(method: string, longestMs: number): ServiceError {
  const isRead = method === 'GET';
  const then = isRead
    ? 'Try again shortly.'
    : 'What was asked for may have been done, or may still be: look before you ask again.';
  return new ServiceError('unavailable', `There was no answer within ${longestMs / 1000} seconds. ${then}`, {
    retryAfterSeconds: 5,
  });
}
