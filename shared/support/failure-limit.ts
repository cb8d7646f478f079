import { TokenBucket } from 'limiter';
import { ServiceError } from '../errors';
import { createBoundedMap } from './bounded-map';

export interface Allowance {
  /** How many failures a name may have at once. */
  readonly burst: number;
  /** How many more it may have a minute. More than 0. */
  readonly perMinute: number;
}

/** Counts failures by name, such as an address. Nothing that succeeds is ever counted. */
export interface FailureLimit {
  /** Milliseconds until the name may fail again; 0: it may now. */
  readonly waitMs: (name: string) => number;
  /** Counts a failure. One that cost more weighs more. */
  readonly count: (name: string, weight?: number) => void;
  /** Takes back one that was counted beforehand, and has not failed. */
  readonly takeBack: (name: string) => void;
}

/** Names that are remembered, some 300 bytes each. */
const mostNames = 10_000;

/**
 * A limit in this instance's memory: a token bucket a name, which has a token for each failure that is still
 * allowed. Several that are under way at once may all fail: the bucket is then overdrawn, by one burst at
 * most. It counts in monotonic time and needs no timer, so that it is right whatever the clock does, and
 * costs an idle instance nothing.
 */
export function createFailureLimit({ burst, perMinute }: Allowance): FailureLimit {
  const buckets = createBoundedMap<TokenBucket>(mostNames);
  return {
    waitMs: (name) => buckets.get(name)?.getWaitTime(1) ?? 0,
    count(name, weight = 1) {
      const bucket = buckets.get(name) ?? fullBucket();
      bucket.drip();
      bucket.content = Math.max(-burst, bucket.content - weight);
      buckets.set(name, bucket);
    },
    takeBack(name) {
      const bucket = buckets.get(name);
      if (bucket !== undefined) bucket.content = Math.min(burst, bucket.content + 1);
    },
  };

  function fullBucket(): TokenBucket {
    const bucket = new TokenBucket({ bucketSize: burst, tokensPerInterval: perMinute, interval: 'minute' });
    // It begins empty.
    bucket.content = burst;
    return bucket;
  }
}

/** What a name is told that has failed too often. */
export const tooManyFailures = (what: string, waitMs: number): ServiceError =>
  new ServiceError('too_many_failures', `Too many requests ${what} have failed. Try again later.`, {
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
  });
