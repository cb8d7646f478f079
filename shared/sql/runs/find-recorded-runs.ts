import { z } from 'zod';
import { defineStatement } from '../define-statement';
import { firstRecorded, outcomeFields } from './recorded-runs';

/**
 * The ledger's rows of the given runs; of a run that has several, the one recorded first. All of the runs
 * were admitted from @from on and before @to, so only these days of the ledger are billed.
 */
export const findRecordedRuns = defineStatement({
  name: 'find-recorded-runs',
  sql: `
SELECT *
FROM pipeline_runs
WHERE run_id IN UNNEST(@run_ids) AND admitted_at >= @from AND admitted_at < @to
${firstRecorded}`,
  parameters: { run_ids: ['STRING'], from: 'TIMESTAMP', to: 'TIMESTAMP' },
  row: z.object(outcomeFields),
});
