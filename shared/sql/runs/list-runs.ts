import { z } from 'zod';
import { integer, string, timestamp } from '../column-values';
import { defineStatement } from '../define-statement';
import { runStatuses } from './read-run';
import { recordedRuns } from './recorded-runs';

const columns = `
      run_id, pipeline, trigger, status, error_code, error_message, failed_step, admitted_at, started_at, ended_at,
      duration_ms, rows_written, bytes_processed, bytes_billed`;

/**
 * A tenant's runs, newest first, finished and in flight in one snapshot: a run that the ledger has is not taken from its
 * slot as well. `from` and `to` bound
 * `admitted_at`, by which the ledger is partitioned, so only the days between them are read. Where a page before ended
 * is (before_at, before_id); null: there is none.
 */
export const listRuns = defineStatement({
  name: 'list-runs',
  sql: `
WITH
  recorded AS (${recordedRuns(columns)}
  )
SELECT *
FROM (
  SELECT * FROM recorded
  UNION ALL
  SELECT
    slot.run_id, slot.pipeline, slot.trigger, 'ADMITTED', NULL, NULL, NULL, slot.admitted_at, NULL, NULL, NULL, NULL,
    NULL, NULL
  FROM tenants, UNNEST(active_runs) AS slot
  WHERE tenant_id = @tenant_id
    AND slot.admitted_at >= @from AND slot.admitted_at < @to
    AND slot.run_id NOT IN (SELECT run_id FROM recorded)
)
WHERE (@status IS NULL OR status = @status)
  AND (@pipeline IS NULL OR pipeline = @pipeline)
  AND (@before_at IS NULL OR admitted_at < @before_at OR (admitted_at = @before_at AND run_id < @before_id))
ORDER BY admitted_at DESC, run_id DESC
LIMIT @limit`,
  parameters: {
    tenant_id: 'STRING',
    from: 'TIMESTAMP',
    to: 'TIMESTAMP',
    status: 'STRING',
    pipeline: 'STRING',
    before_at: 'TIMESTAMP',
    before_id: 'STRING',
    limit: 'INT64',
  },
  row: z.object({
    run_id: string,
    pipeline: string,
    trigger: string.nullable(),
    status: z.enum(runStatuses),
    error_code: string.nullable(),
    error_message: string.nullable(),
    failed_step: string.nullable(),
    admitted_at: timestamp,
    started_at: timestamp.nullable(),
    ended_at: timestamp.nullable(),
    duration_ms: integer.nullable(),
    rows_written: integer.nullable(),
    bytes_processed: integer.nullable(),
    bytes_billed: integer.nullable(),
  }),
});
