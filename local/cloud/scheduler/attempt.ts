import { types } from 'node:util';
import type { Schedule } from '../../../shared/definitions/schedules';

/** What came of one call of a job's function. `status` is absent when there was no answer. */
export type ScheduledOutcome = { ok: boolean; status?: number; detail: string };

const longestDetail = 500;

/**
 * Calls a job's function as Cloud Scheduler does: a POST with the headers of
 * https://cloud.google.com/scheduler/docs/reference/rpc/google.cloud.scheduler.v1#httptarget. Never throws.
 */
export const attempt = async (
  job: Schedule,
  url: string,
  scheduleTime: Date,
  signal: AbortSignal,
): Promise<ScheduledOutcome> => {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'User-Agent': 'Google-Cloud-Scheduler',
        'X-CloudScheduler': 'true',
        'X-CloudScheduler-JobName': job.name,
        'X-CloudScheduler-ScheduleTime': rfc3339(scheduleTime),
      },
      signal: AbortSignal.any([signal, AbortSignal.timeout(job.attemptDeadlineSeconds * 1000)]),
    });
    const text = (await response.text()).slice(0, longestDetail);
    return {
      ok: response.ok,
      status: response.status,
      detail: `${url} answered ${response.status}: ${text}`,
    };
  } catch (error) {
    return { ok: false, detail: `${url}: ${reasonOf(error)}` };
  }
};

/** UTC, without a fraction when it is a whole second, as Cloud Scheduler writes it. */
export const rfc3339 = (time: Date): string => time.toISOString().replace('.000Z', 'Z');

/** fetch says only "fetch failed"; what failed is in the cause. */
const reasonOf = (error: unknown): string => {
  if (!types.isNativeError(error)) return String(error);
  const cause = types.isNativeError(error.cause) ? error.cause : error;
  return cause.message || ('code' in cause ? String(cause.code) : cause.name);
};
