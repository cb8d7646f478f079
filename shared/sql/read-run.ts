import { z } from 'zod';
import { integer, text, timestamp } from './columns';
import { defineStatement } from './statement';

/**
 * A run as its tenant sees it: from the ledger if it is finished, from its slot if it is in flight. Should the ledger
 * ever have two rows for it, the one recorded first is the outcome.
 */
export const readRun = defineStatement({
  name: 'read-run',
  sql: `
SELECT *
FROM (
  SELECT
    run_id, pipeline, parameters, trigger, status, error_code, error_message, failed_step, admitted_at, started_at,
    ended_at, duration_ms, rows_written, bytes_processed, bytes_billed, recorded_at
  FROM pipeline_runs
  WHERE run_id = @run_id
  UNION ALL
  SELECT
    slot.run_id, slot.pipeline, slot.parameters, slot.trigger, 'ADMITTED', NULL, NULL, NULL, slot.admitted_at, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL
  FROM tenants, UNNEST(active_runs) AS slot
  WHERE tenant_id = @tenant_id AND slot.run_id = @run_id
)
ORDER BY recorded_at ASC NULLS LAST
LIMIT 1`,
  parameters: { tenant_id: 'STRING', run_id: 'STRING' },
  row: z.object({
    run_id: text,
    pipeline: text,
    parameters: text.nullable(),
    trigger: text.nullable(),
    status: text,
    error_code: text.nullable(),
    error_message: text.nullable(),
    failed_step: text.nullable(),
    admitted_at: timestamp,
    started_at: timestamp.nullable(),
    ended_at: timestamp.nullable(),
    duration_ms: integer.nullable(),
    rows_written: integer.nullable(),
    bytes_processed: integer.nullable(),
    bytes_billed: integer.nullable(),
  }),
});
