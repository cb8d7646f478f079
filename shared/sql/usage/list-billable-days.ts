import { z } from 'zod';
import { integer, string } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { recordedRuns } from '../runs/recorded-runs';

/**
 * The completed runs that a tenant is billed for, summed up by day (UTC) of their admission and pipeline, in that order.
 * (after_day, after_pipeline) is where the page before ended; null for the first page.
 */
export const listBillableDays = defineStatement({
  name: 'list-billable-days',
  sql: `
SELECT
  day, pipeline,
  COUNT(*) AS runs,
  IFNULL(SUM(duration_ms), 0) AS duration_ms,
  IFNULL(SUM(rows_written), 0) AS rows_written,
  IFNULL(SUM(bytes_processed), 0) AS bytes_processed,
  IFNULL(SUM(bytes_billed), 0) AS bytes_billed
FROM (
  SELECT *, FORMAT_TIMESTAMP('%Y-%m-%d', admitted_at) AS day
  FROM (${recordedRuns('*')}
  )
  WHERE status = 'COMPLETED'
)
WHERE @after_day IS NULL OR day > @after_day OR (day = @after_day AND pipeline > @after_pipeline)
GROUP BY day, pipeline
ORDER BY day, pipeline
LIMIT @limit`,
  parameters: {
    tenant_id: 'STRING',
    from: 'TIMESTAMP',
    to: 'TIMESTAMP',
    after_day: 'STRING',
    after_pipeline: 'STRING',
    limit: 'INT64',
  },
  row: z.object({
    /** Such as 2026-11-30. */
    day: string,
    pipeline: string,
    runs: integer,
    /** Milliseconds. */
    duration_ms: integer,
    rows_written: integer,
    bytes_processed: integer,
    bytes_billed: integer,
  }),
});

export type BillableDay = z.infer<typeof listBillableDays.row>;
