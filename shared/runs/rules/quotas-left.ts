import { countedAt, type QuotaState } from './admission-rules';
import { nextMonthOf, secondsLeftInMonth, startOfMonth } from './months';

/** A quota and what is left of it. */
export interface QuotaLeft {
  readonly quota: number;
  /** Never below 0, though a quota may have been lowered below what is used. */
  readonly left: number;
}

/** Of a quota that begins anew each month. */
export interface MonthlyLeft extends QuotaLeft {
  readonly monthSeconds: number;
  readonly secondsLeft: number;
}

export interface QuotasLeft {
  /** Undefined: unlimited. */
  readonly monthly?: MonthlyLeft;
  /** Undefined: unlimited. */
  readonly bytes?: MonthlyLeft;
  /** Undefined: unlimited. */
  readonly concurrent?: QuotaLeft;
}

/** What is left of the tenant's quotas, for the headers of every answer that starts a run. */
export function quotasLeft(state: QuotaState, time: Date): QuotasLeft {
  const now = countedAt(state, time);
  const {
    max_pipelines_per_month: monthly,
    max_concurrent_pipelines: concurrent,
    max_bytes_billed_per_month: bytes,
  } = state;
  const ofMonth = (quota: number, used: number): MonthlyLeft => ({
    quota,
    left: Math.max(0, quota - used),
    monthSeconds: (nextMonthOf(now).getTime() - startOfMonth(now).getTime()) / 1000,
    secondsLeft: secondsLeftInMonth(now),
  });
  return {
    ...(monthly !== null && { monthly: ofMonth(monthly, state.used_this_month) }),
    ...(bytes !== null && { bytes: ofMonth(bytes, state.bytes_this_month) }),
    ...(concurrent !== null && {
      concurrent: { quota: concurrent, left: Math.max(0, concurrent - state.running) },
    }),
  };
}
