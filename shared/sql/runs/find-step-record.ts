import { z } from 'zod';
import { timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';

/**
 * The attempt by which a step of a run completed, as it was recorded first; no row where that is not
 * recorded.
 */
export const findStepRecord = defineStatement({
  name: 'find-step-record',
  sql: `
SELECT started_at, ended_at
FROM step_logs
WHERE run_id = @run_id AND step_id = @step_id AND status = 'COMPLETED'
ORDER BY recorded_at
LIMIT 1`,
  parameters: { run_id: 'STRING', step_id: 'STRING' },
  row: z.object({ started_at: timestamp, ended_at: timestamp }),
});
