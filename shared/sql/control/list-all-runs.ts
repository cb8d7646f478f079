import { z } from 'zod';
import { integer, string, timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { allRunsOnce } from './all-runs-once';

/** How a run can have ended. */
export const endedStatuses = ['COMPLETED', 'FAILED', 'CANCELLED'] as const;

/**
 * Runs of all tenants that are over, newest first, from the control dataset. A filter that is NULL lets all pass.
 * (before_at, before_id) is where the page before ended; null for the first page. It bounds the partitions that are
 * read by a condition of its own: one inside an OR does not.
 */
export const listAllRuns = defineStatement({
  name: 'list-all-runs',
  sql: `
SELECT
  tenant_id, run_id, pipeline, trigger, actor_kind, actor, status, error_code, failed_step, admitted_at,
  started_at, ended_at, GREATEST(duration_ms, 0) AS duration_ms, rows_written, bytes_processed, bytes_billed
FROM (${allRunsOnce(`admitted_at <= IFNULL(@before_at, @to)
      AND (@tenant_id IS NULL OR tenant_id = @tenant_id)
      AND (@pipeline IS NULL OR pipeline = @pipeline)
      AND (@before_at IS NULL OR admitted_at < @before_at OR (admitted_at = @before_at AND run_id < @before_id))`)}
)
WHERE (@status IS NULL OR status = @status)
  AND (@error_code IS NULL OR error_code = @error_code)
ORDER BY admitted_at DESC, run_id DESC
LIMIT @limit`,
  parameters: {
    from: 'TIMESTAMP',
    to: 'TIMESTAMP',
    tenant_id: 'STRING',
    pipeline: 'STRING',
    status: 'STRING',
    error_code: 'STRING',
    before_at: 'TIMESTAMP',
    before_id: 'STRING',
    limit: 'INT64',
  },
  row: z.object({
    tenant_id: string,
    run_id: string,
    pipeline: string,
    trigger: string.nullable(),
    actor_kind: string.nullable(),
    actor: string.nullable(),
    status: z.enum(endedStatuses),
    error_code: string.nullable(),
    failed_step: string.nullable(),
    admitted_at: timestamp,
    started_at: timestamp.nullable(),
    ended_at: timestamp,
    duration_ms: integer.nullable(),
    rows_written: integer.nullable(),
    bytes_processed: integer.nullable(),
    bytes_billed: integer.nullable(),
  }),
});
