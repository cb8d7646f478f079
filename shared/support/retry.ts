import { setTimeout as wait } from 'node:timers/promises';

export interface Backoff {
  /** The longest pause after the first failure, in milliseconds; it doubles with each further one. */
  readonly initialBackoffMs: number;
  readonly maximumBackoffMs: number;
}

/** The pause after so many failures: exponential back-off with full jitter. `random` lies in [0, 1). In milliseconds. */
export const backoffMs = (
  { initialBackoffMs, maximumBackoffMs }: Backoff,
  failures: number,
  random: number,
): number => random * Math.min(maximumBackoffMs, initialBackoffMs * 2 ** (failures - 1));

export interface RetryPolicy extends Backoff {
  /** No attempt starts later than this after the first, in milliseconds. */
  readonly budgetMs: number;
  readonly isRetryable: (error: unknown) => boolean;
}

/**
 * Repeats `work` while it throws what the policy calls retryable, with exponential back-off and full jitter, within the
 * policy's budget. Then throws the last error.
 */
export async function retrying<T>(policy: RetryPolicy, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      const backoff = backoffMs(policy, failures, Math.random());
      const elapsed = performance.now() - startedAt;
      if (!policy.isRetryable(error) || elapsed + backoff > policy.budgetMs) throw error;
      await wait(backoff);
    }
  }
}
