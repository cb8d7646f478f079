import type { TenantSummary } from '../../../shared/google/bigquery/tables/read-tenant-state';
import { usedThisMonth } from '../../../shared/runs/rules/admission-rules';
import { monthOf } from '../calendar-month';

/** How much of this month's quota is used, and how much will be if the month goes on as it went. */
export interface QuotaUse {
  readonly quota: {
    readonly max_pipelines_per_month: number | null;
    readonly pipeline_runs_this_month: number;
    /** Null: there is no quota. */
    readonly percent_used: number | null;
  };
  /** Null on the first day of a month. */
  readonly forecast: {
    readonly month: string;
    readonly method: 'linear';
    readonly pipeline_runs: number;
    readonly percent_of_quota: number | null;
  } | null;
}

const dayMs = 86_400_000;

/** Pure. The forecast takes as many runs for each part of the month to come as for the part that is gone. */
export function quotaUseOf(
  summary: Pick<TenantSummary, 'max_pipelines_per_month' | 'pipeline_runs_this_month' | 'quota_reset_date'>,
  now: Date,
): QuotaUse {
  const used = usedThisMonth(summary, now);
  const quota = summary.max_pipelines_per_month;
  const percent = (runs: number) => (quota === null ? null : percentOf(runs, quota));
  const { name, from, to } = monthOf(now, 0);
  const gone = now.getTime() - from.getTime();
  const expected = Math.round((used * (to.getTime() - from.getTime())) / gone);
  return {
    quota: { max_pipelines_per_month: quota, pipeline_runs_this_month: used, percent_used: percent(used) },
    forecast:
      gone < dayMs
        ? null
        : {
            month: name,
            method: 'linear',
            pipeline_runs: expected,
            percent_of_quota: percent(expected),
          },
  };
}

/** To a tenth. A quota of 0 is used up. */
const percentOf = (runs: number, quota: number): number =>
  quota === 0 ? 100 : Math.round((runs * 1000) / quota) / 10;
