/**
 * The query that says how runs ended: of the ledger's rows for one run the one recorded first is its outcome. Of the runs
 * admitted from @from on and before @to: the ledger is partitioned by `admitted_at`, so only these days are read.
 */
export const recordedRuns = (columns: string): string => `
    SELECT ${columns}
    FROM pipeline_runs
    WHERE admitted_at >= @from AND admitted_at < @to
    QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY recorded_at) = 1`;
