/** Of the ledger's rows for one run: which comes before which. Rows that agree in all of these tell the same outcome. */
const firstRecorded = 'recorded_at, status, ended_at';

const admittedBetween = 'admitted_at >= @from AND admitted_at < @to';

/**
 * The query that says how runs ended, for all readers: of the ledger's rows for one run the one recorded first is its
 * outcome; of two in the same millisecond the one whose status comes first by name, so that a cancellation that was
 * confirmed stands. Of the runs admitted from @from on and before @to, unless another condition is given: the ledger is
 * partitioned by `admitted_at`, so only these days are read. A condition holds for all of a run's rows or for none.
 */
export const recordedRuns = (columns: string, condition = admittedBetween): string => `
    SELECT ${columns}
    FROM pipeline_runs
    WHERE ${condition}
    QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY ${firstRecorded}) = 1`;
