import { z } from 'zod';
import { text } from './columns';
import { defineStatement } from './statement';

/**
 * The watermark that the last completed run of a pipeline recorded; no row where none did. Of a run with several ledger
 * rows the one recorded first is its outcome.
 */
export const readWatermark = defineStatement({
  name: 'read-watermark',
  sql: `
SELECT watermark
FROM (
  SELECT run_id, status, watermark, recorded_at
  FROM pipeline_runs
  WHERE pipeline = @pipeline
  QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY recorded_at) = 1
)
WHERE status = 'COMPLETED' AND watermark IS NOT NULL
ORDER BY recorded_at DESC, run_id
LIMIT 1`,
  parameters: { pipeline: 'STRING' },
  row: z.object({ watermark: text }),
});
