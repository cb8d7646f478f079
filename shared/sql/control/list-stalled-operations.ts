import { z } from 'zod';
import { string, timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { isEnding, isPausedByRows } from './operation-columns';

/**
 * Operations that are neither ended nor paused, and of which nothing was written since `moved_before`. It reads four narrow columns of
 * the days since `since` alone: BigQuery's minimum of 10 MB is billed.
 */
export const listStalledOperations = defineStatement({
  name: 'list-stalled-operations',
  sql: `
SELECT operation_id, MIN(started_at) AS started_at, MAX(recorded_at) AS updated_at
FROM operations
WHERE started_at >= @since
GROUP BY operation_id
HAVING NOT LOGICAL_OR(${isEnding})
  AND MAX(recorded_at) < @moved_before
  AND NOT IFNULL(
    ${isPausedByRows},
    FALSE)
ORDER BY started_at
LIMIT 100`,
  parameters: { since: 'TIMESTAMP', moved_before: 'TIMESTAMP' },
  row: z.object({ operation_id: string, started_at: timestamp, updated_at: timestamp }),
});
