/**
 * The rows of `all_runs` that meet a condition, one for each run: repeats are equal, and of two outcomes, as a
 * version before may have left them, the one recorded first counts. A tenant that is onboarded anew can get a run id
 * again, by an idempotency key: by `admitted_at` these are two. The condition has to hold for all rows of a run or
 * for none. The table is partitioned by `admitted_at`, so only the days from @from to @to are billed.
 */
export const allRunsOnce = (condition: string): string => `
    SELECT *
    FROM all_runs
    WHERE admitted_at >= @from AND admitted_at < @to
      AND ${condition}
    QUALIFY
      ROW_NUMBER() OVER (PARTITION BY tenant_id, run_id, admitted_at ORDER BY recorded_at, status, ended_at) = 1`;
