import type { TenantUsage } from '../../client';

type UsagePart = Pick<TenantUsage['usage'][number], 'day' | 'runs' | 'bytes_billed'>;

/** What is read of a month's usage by day. */
export interface DailyUsage {
  readonly usage: readonly UsagePart[];
  readonly quota: Pick<TenantUsage['quota'], 'max_pipelines_per_month'>;
  readonly forecast: Pick<NonNullable<TenantUsage['forecast']>, 'pipeline_runs'> | null;
}

/** How a month's quota of runs is used up, day by day of UTC. */
export interface Burn {
  /** The first instant of each day of the month, in seconds since 1970. */
  readonly days: readonly number[];
  /** Runs from the month's beginning to each day's end; null: that day has not come yet. */
  readonly used: readonly (number | null)[];
  /** What an even pace would have used by each day's end. null: there is no quota. */
  readonly pace: readonly number[] | null;
  /** From today to the month's end, if it goes on as it went; null on other days, and where nothing is forecast. */
  readonly forecast: readonly (number | null)[];
}

const dayMs = 86_400_000;

interface Month {
  readonly from: number;
  readonly to: number;
}

/** The month of a time, UTC: from its first instant to the next one's, in milliseconds since 1970. */
export function monthAround(now: number): Month {
  const date = new Date(now);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { from: Date.UTC(year, month), to: Date.UTC(year, month + 1) };
}

/** The part of the month in which a tenant can use its quotas: all of it, or what was left when it was onboarded. */
export function pacedTime(now: number, since: number): Month {
  const { from, to } = monthAround(now);
  return { from: Math.min(Math.max(from, since), now), to };
}

/** What each day of the month has of something; days without usage have 0, days to come null. */
export function byDay(
  { usage }: Pick<DailyUsage, 'usage'>,
  now: number,
  figure: (part: UsagePart) => number,
): { readonly days: readonly number[]; readonly values: readonly (number | null)[] } {
  const { from, to } = monthAround(now);
  const sums = new Map<string, number>();
  for (const part of usage)
    if (part.day !== undefined) sums.set(part.day, (sums.get(part.day) ?? 0) + figure(part));
  const starts = Array.from({ length: (to - from) / dayMs }, (_, index) => from + index * dayMs);
  return {
    days: starts.map((at) => at / 1_000),
    values: starts.map((at) => (at > now ? null : (sums.get(new Date(at).toISOString().slice(0, 10)) ?? 0))),
  };
}

/**
 * The month's runs against the quota's even pace and the forecast.
 * @param since when the tenant was onboarded, in milliseconds since 1970: no pace is kept before that
 */
export function burnOf(usage: DailyUsage, now: number, since: number): Burn {
  const { days, values } = byDay(usage, now, ({ runs }) => runs);
  let sum = 0;
  const used = values.map((value) => {
    if (value === null) return null;
    sum += value;
    return sum;
  });
  const today = used.lastIndexOf(sum);
  const quota = usage.quota.max_pipelines_per_month;
  const expected = usage.forecast?.pipeline_runs;
  const last = days.length - 1;
  const forecast = days.map((_, index) => {
    if (expected === undefined || index < today) return null;
    // On the last day there is nothing left to come.
    return last === today ? sum : sum + ((Math.max(expected, sum) - sum) * (index - today)) / (last - today);
  });
  const { from, to } = pacedTime(now, since);
  const pace =
    quota === null ? null : days.map((at) => (quota * Math.max(0, at * 1_000 + dayMs - from)) / (to - from));
  return { days, used, pace, forecast };
}

/** How a month's use stands against an even pace. */
export interface Pace {
  /** What an even pace would have used by now. */
  readonly even: number;
  /** More than that; negative: less. */
  readonly ahead: number;
  /** When the quota is used up if it goes on as it went, in ms since 1970. null: not this month, or too early to say. */
  readonly usedUpAt: number | null;
}

/** @param since when the tenant was onboarded, in milliseconds since 1970 */
export function paceOf(used: number, quota: number, now: number, since: number): Pace {
  const { from, to } = pacedTime(now, since);
  const even = (quota * (now - from)) / (to - from);
  const usedUpAt = used === 0 ? Number.POSITIVE_INFINITY : from + ((now - from) * quota) / used;
  const isTold = used < quota && usedUpAt < to && now - from >= dayMs;
  return { even, ahead: used - even, usedUpAt: isTold ? usedUpAt : null };
}
