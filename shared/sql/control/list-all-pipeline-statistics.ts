import { z } from 'zod';
import { defineStatement } from '../define-statement';
import { pipelineStatisticsColumns, pipelineStatisticsFields } from '../usage/list-pipeline-statistics';
import { allRunsOnce } from './all-runs-once';

/** The same of all tenants together, from the control dataset. */
export const listAllPipelineStatistics = defineStatement({
  name: 'list-all-pipeline-statistics',
  sql: `
SELECT${pipelineStatisticsColumns}
FROM (
  SELECT pipeline, status, admitted_at, ended_at, GREATEST(duration_ms, 0) AS duration_ms
  FROM (${allRunsOnce('TRUE')}
  )
)
GROUP BY pipeline
ORDER BY pipeline`,
  parameters: { from: 'TIMESTAMP', to: 'TIMESTAMP' },
  row: z.object(pipelineStatisticsFields),
});
