import { z } from 'zod';
import { string } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { recordedRuns } from './recorded-runs';

/** The watermark that the last completed run of a pipeline recorded; no row where none did. */
export const readWatermark = defineStatement({
  name: 'read-watermark',
  sql: `
SELECT watermark
FROM (${recordedRuns('run_id, status, watermark, recorded_at', 'pipeline = @pipeline')}
)
WHERE status = 'COMPLETED' AND watermark IS NOT NULL
ORDER BY recorded_at DESC, run_id
LIMIT 1`,
  parameters: { tenant_id: 'STRING', pipeline: 'STRING' },
  row: z.object({ watermark: string }),
});
