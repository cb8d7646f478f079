import { z } from 'zod';
import { integer, string, timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { recordedRuns } from '../runs/recorded-runs';

/** Figures of each pipeline over runs that are over. */
export const pipelineStatisticsColumns = `
  pipeline,
  COUNT(*) AS runs,
  COUNTIF(status = 'COMPLETED') AS completed,
  COUNTIF(status = 'FAILED') AS failed,
  COUNTIF(status = 'CANCELLED') AS cancelled,
  APPROX_QUANTILES(IF(status = 'COMPLETED', duration_ms, NULL), 100)[SAFE_OFFSET(50)] AS p50_ms,
  APPROX_QUANTILES(IF(status = 'COMPLETED', duration_ms, NULL), 100)[SAFE_OFFSET(95)] AS p95_ms,
  MAX(admitted_at) AS last_run_at,
  MAX(IF(status = 'FAILED', ended_at, NULL)) AS last_failed_at`;

/** The values of these columns. */
export const pipelineStatisticsFields = {
  pipeline: string,
  runs: integer,
  completed: integer,
  failed: integer,
  cancelled: integer,
  /** The median of those that completed, and what 95 of 100 stay below, about. Null: none has a duration. */
  p50_ms: integer.nullable(),
  p95_ms: integer.nullable(),
  /** When the last one was admitted. */
  last_run_at: timestamp,
  /** When the last one that failed ended. */
  last_failed_at: timestamp.nullable(),
};

/** How the runs of a tenant's pipelines ended that were admitted from @from on and before @to. */
export const listPipelineStatistics = defineStatement({
  name: 'list-pipeline-statistics',
  sql: `
SELECT${pipelineStatisticsColumns}
FROM (${recordedRuns('run_id, pipeline, status, admitted_at, ended_at, duration_ms')}
)
GROUP BY pipeline
ORDER BY pipeline`,
  parameters: { tenant_id: 'STRING', from: 'TIMESTAMP', to: 'TIMESTAMP' },
  row: z.object(pipelineStatisticsFields),
});
