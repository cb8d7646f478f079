import { setTimeout as wait } from 'node:timers/promises';

export interface RetryPolicy {
  /** No attempt starts later than this after the first, in milliseconds. */
  readonly budgetMs: number;
  readonly initialBackoffMs: number;
  readonly maximumBackoffMs: number;
  readonly isRetryable: (error: unknown) => boolean;
}

/**
 * Repeats `work` while it throws what the policy calls retryable, with exponential back-off and full jitter, within the
 * policy's budget. Then throws the last error.
 */
export async function retrying<T>(policy: RetryPolicy, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const backoff =
        Math.random() * Math.min(policy.maximumBackoffMs, policy.initialBackoffMs * 2 ** attempt);
      const elapsed = performance.now() - startedAt;
      if (!policy.isRetryable(error) || elapsed + backoff > policy.budgetMs) throw error;
      await wait(backoff);
    }
  }
}
