import { setTimeout as wait } from 'node:timers/promises';

export interface Backoff {
  /** The longest pause after the first failure, in milliseconds. It doubles with each further failure. */
  readonly initialBackoffMs: number;
  readonly maximumBackoffMs: number;
}

/**
 * The pause after this many failures, in milliseconds: exponential back-off with full jitter. `random` is in
 * [0, 1).
 */
export const jitteredBackoffMs = (
  { initialBackoffMs, maximumBackoffMs }: Backoff,
  failures: number,
  random: number,
): number => random * Math.min(maximumBackoffMs, initialBackoffMs * 2 ** (failures - 1));

export interface RetryOptions extends Backoff {
  /** No attempt starts later than this many milliseconds after the first. */
  readonly budgetMs: number;
  readonly isRetryable: (error: unknown) => boolean;
  /** Draws the jitter of the pauses, in [0, 1). Math.random by default. */
  readonly random?: () => number;
}

/**
 * Repeats `work` as long as it throws errors that the policy calls retryable and the policy's budget lasts.
 * Throws the last error.
 */
export async function retrying<T>(policy: RetryOptions, work: () => Promise<T>): Promise<T> {
  const { random = Math.random } = policy;
  const startedAt = performance.now();
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      const backoff = jitteredBackoffMs(policy, failures, random());
      const elapsed = performance.now() - startedAt;
      if (!policy.isRetryable(error) || elapsed + backoff > policy.budgetMs) throw error;
      await wait(backoff);
    }
  }
}
