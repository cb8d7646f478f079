import { z } from 'zod';
import { integer, string, timestamp } from '../column-schemas';
import { allRunsOnce } from '../control/all-runs-once';
import { defineStatement } from '../define-statement';

/**
 * How the runs of all tenants ended since `ended_from`: by the hour in which they did, and by pipeline. @from and @to
 * bound the days of admission that are read.
 */
export const countEndedRuns = defineStatement({
  name: 'count-ended-runs',
  sql: `
SELECT
  hour,
  pipeline,
  COUNT(*) AS runs,
  COUNTIF(status = 'COMPLETED') AS completed,
  COUNTIF(status = 'FAILED') AS failed,
  COUNTIF(status = 'CANCELLED') AS cancelled,
  COUNT(DISTINCT IF(status = 'FAILED', tenant_id, NULL)) AS failing_tenants,
  MAX(IF(status = 'FAILED', ended_at, NULL)) AS last_failed_at,
  ARRAY_AGG(IF(status = 'FAILED', error_code, NULL) IGNORE NULLS ORDER BY ended_at DESC LIMIT 1)[SAFE_OFFSET(0)]
    AS last_error_code,
  ARRAY_AGG(IF(status = 'FAILED', STRUCT(tenant_id, run_id), NULL) IGNORE NULLS ORDER BY ended_at DESC LIMIT 1)[SAFE_OFFSET(0)]
    AS last_failed
FROM (
  SELECT tenant_id, run_id, pipeline, status, error_code, ended_at, TIMESTAMP_TRUNC(ended_at, HOUR) AS hour
  FROM (${allRunsOnce('TRUE')}
  )
)
WHERE ended_at >= @ended_from
GROUP BY GROUPING SETS ((hour), (pipeline))
ORDER BY hour, pipeline`,
  parameters: { from: 'TIMESTAMP', to: 'TIMESTAMP', ended_from: 'TIMESTAMP' },
  row: z.object({
    /** Null in a pipeline's row. */
    hour: timestamp.nullable(),
    /** Null in an hour's row. */
    pipeline: string.nullable(),
    runs: integer,
    completed: integer,
    failed: integer,
    cancelled: integer,
    failing_tenants: integer,
    last_failed_at: timestamp.nullable(),
    last_error_code: string.nullable(),
    last_failed: z.object({ tenant_id: string, run_id: string }).nullable(),
  }),
});
