import { defineStatement } from '../define-statement';
import { admissionParameters, admissionRow, admissionScript } from './admission-script';

/**
 * Admission where some ids follow from idempotency keys: a repeat may come when its run is over, and must find it in
 * the ledger. Reading the ledger is billed, so batches without such ids use admit-runs.
 */
export const admitKeyedRuns = defineStatement({
  name: 'admit-keyed-runs',
  sql: admissionScript({
    run_ids: 'SELECT ARRAY_AGG(run_id) FROM pipeline_runs WHERE run_id IN UNNEST(@keyed_run_ids)',
    finished: `ARRAY(
    SELECT AS STRUCT run_id, request_hash
    FROM pipeline_runs
    WHERE run_id IN UNNEST(@keyed_run_ids)
    ORDER BY recorded_at)`,
  }),
  parameters: { ...admissionParameters, keyed_run_ids: ['STRING'] },
  row: admissionRow,
});
