import { z } from 'zod';
import { string } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { recordedRuns } from './recorded-runs';

/**
 * The runs of a tenant that are over, match, and have not been done again: no run names one of them as the run that it
 * does again, whatever became of it. Newest first. NULL and an empty list let all pass; `pipelines` are names, or
 * `provider/domain/*`. Of the ledger the days since @from are read: a run that does another again is younger.
 */
export const listRunsToRerun = defineStatement({
  name: 'list-runs-to-rerun',
  sql: `
WITH
  recorded AS (${recordedRuns('run_id, pipeline, rerun_of, status, admitted_at', 'admitted_at >= @from')}
  )
SELECT run_id
FROM recorded
WHERE admitted_at < @to
  AND (@status IS NULL OR status = @status)
  AND (@pipeline IS NULL OR pipeline = @pipeline)
  AND (
    ARRAY_LENGTH(@pipelines) = 0
    OR EXISTS (
      SELECT 1
      FROM UNNEST(@pipelines) AS allowed
      WHERE allowed = pipeline
        OR (ENDS_WITH(allowed, '/*') AND STARTS_WITH(pipeline, SUBSTR(allowed, 1, LENGTH(allowed) - 1)))
    )
  )
  AND run_id NOT IN (
    SELECT rerun_of FROM recorded WHERE rerun_of IS NOT NULL
    UNION ALL
    SELECT slot.rerun_of
    FROM tenants, UNNEST(active_runs) AS slot
    WHERE tenant_id = @tenant_id AND slot.rerun_of IS NOT NULL
  )
ORDER BY admitted_at DESC, run_id DESC
LIMIT @limit`,
  parameters: {
    tenant_id: 'STRING',
    from: 'TIMESTAMP',
    to: 'TIMESTAMP',
    status: 'STRING',
    pipeline: 'STRING',
    pipelines: ['STRING'],
    limit: 'INT64',
  },
  row: z.object({ run_id: string }),
});
