import { ServiceError } from '../../errors';
import { nextMonthOf, secondsLeftInMonth } from './months';

/*
 * What a caller is told whose run is not admitted. The messages of the quotas are the specification's.
 */

export const tenantInactive = (publicReason: string | null) =>
  new ServiceError(
    'tenant_inactive',
    ['Tenant account is inactive. Contact support to reactivate.', publicReason ?? ''].join(' ').trimEnd(),
  );

export const ledgerIsBehind = () =>
  new ServiceError('unavailable', 'Too many finished runs wait to be recorded. Nothing was started.', {
    retryAfterSeconds: 60,
  });

/** Somebody has found meanwhile that the run is not to start: whoever asks again is told what became of it. */
export const runWithdrawn = () =>
  new ServiceError('unavailable', 'The run is not to start any more. Nothing was started.', {
    retryAfterSeconds: 5,
  });

export const idempotencyKeyReused = () =>
  new ServiceError(
    'idempotency_key_reused',
    'This Idempotency-Key was used for a request with another pipeline or other parameters. Use a new key.',
  );

export const monthlyQuotaExceeded = (used: number, quota: number, now: Date) =>
  new ServiceError(
    'monthly_quota_exceeded',
    `Monthly pipeline quota exceeded. Used ${used}/${quota}. Upgrade subscription or wait for monthly reset.`,
    {
      members: { used, quota, resets_at: nextMonthOf(now).toISOString() },
      retryAfterSeconds: secondsLeftInMonth(now),
    },
  );

export const byteQuotaExceeded = (
  state: { readonly max_bytes_billed_per_month: number | null; readonly bytes_this_month: number },
  now: Date,
) =>
  new ServiceError(
    'byte_quota_exceeded',
    `Monthly byte budget exceeded. BigQuery billed ${state.bytes_this_month}/${state.max_bytes_billed_per_month} bytes. Upgrade subscription or wait for monthly reset.`,
    {
      members: {
        used: state.bytes_this_month,
        quota: state.max_bytes_billed_per_month,
        resets_at: nextMonthOf(now).toISOString(),
      },
      retryAfterSeconds: secondsLeftInMonth(now),
    },
  );

export const concurrentLimitReached = (running: number, quota: number, runId: string) =>
  new ServiceError(
    'concurrent_limit_reached',
    `Concurrent pipeline limit reached. ${running}/${quota} pipelines running. Wait for current pipelines to complete or upgrade subscription.`,
    { members: { running, quota }, retryAfterSeconds: jitteredSeconds(runId) },
  );

export const tooManySlots = (slots: number, quota: number) =>
  new ServiceError(
    'concurrent_limit_reached',
    `This pipeline takes ${slots} slots at once, and the tenant has ${quota}. Upgrade subscription to run it.`,
    { members: { slots, quota } },
  );

export const concurrencyKeyBusy = (running: number, limit: number, runId: string) =>
  new ServiceError(
    'concurrency_key_busy',
    `${running}/${limit} runs of this pipeline with the same concurrency key are running. Wait for them to complete.`,
    { members: { running, limit }, retryAfterSeconds: jitteredSeconds(runId) },
  );

export const queueFull = (queued: number, limit: number, runId: string) =>
  new ServiceError(
    'queue_full',
    `The queue is full. ${queued}/${limit} runs wait. Wait for some of them to start or upgrade subscription.`,
    { members: { queued, limit }, retryAfterSeconds: jitteredSeconds(runId) },
  );

/** 1 to 4: clients that were refused together must not come back together. Run ids are random enough. */
const jitteredSeconds = (runId: string): number =>
  1 + ([...runId].reduce((sum, character) => sum + character.charCodeAt(0), 0) % 4);
