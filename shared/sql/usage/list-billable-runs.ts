import { z } from 'zod';
import { integer, string, timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { recordedRuns } from '../runs/recorded-runs';

/**
 * The completed runs that a tenant is billed for, in the order of their admission, each once. (after_at,
 * after_id) is where the page before ended; null for the first page.
 */
export const listBillableRuns = defineStatement({
  name: 'list-billable-runs',
  sql: `
SELECT run_id, pipeline, admitted_at, ended_at, duration_ms, rows_written, bytes_processed, bytes_billed
FROM (${recordedRuns('*')}
)
WHERE status = 'COMPLETED'
  AND (@after_at IS NULL OR admitted_at > @after_at OR (admitted_at = @after_at AND run_id > @after_id))
ORDER BY admitted_at, run_id
LIMIT @limit`,
  parameters: {
    tenant_id: 'STRING',
    from: 'TIMESTAMP',
    to: 'TIMESTAMP',
    after_at: 'TIMESTAMP',
    after_id: 'STRING',
    limit: 'INT64',
  },
  row: z.object({
    run_id: string,
    pipeline: string,
    admitted_at: timestamp,
    ended_at: timestamp,
    duration_ms: integer.nullable(),
    rows_written: integer.nullable(),
    bytes_processed: integer.nullable(),
    bytes_billed: integer.nullable(),
  }),
});

export type BillableRun = z.infer<typeof listBillableRuns.row>;
