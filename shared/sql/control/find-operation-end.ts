import { z } from 'zod';
import { bool } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { isEnding, isPausedByRows } from './operation-columns';

/**
 * Whether an operation that was started at @from or later has ended or is paused: for whoever works on it. Always one row.
 * Only the days since then are read.
 */
export const findOperationEnd = defineStatement({
  name: 'find-operation-end',
  sql: `
SELECT
  IFNULL(LOGICAL_OR(${isEnding}), FALSE) AS is_ended,
  IFNULL(
    ${isPausedByRows},
    FALSE
  ) AS is_paused
FROM operations
WHERE operation_id = @operation_id AND started_at >= @from`,
  parameters: { operation_id: 'STRING', from: 'TIMESTAMP' },
  row: z.object({ is_ended: bool, is_paused: bool }),
});
