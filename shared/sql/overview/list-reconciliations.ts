import { z } from 'zod';
import { integer, string, timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';

/** The last call of reconcile since then, and those before that had to repair something; the latest first. */
export const listReconciliations = defineStatement({
  name: 'list-reconciliations',
  sql: `
SELECT checked_at, tenants, failed, repaired
FROM reconciliations
WHERE checked_at >= @from
QUALIFY ROW_NUMBER() OVER (ORDER BY checked_at DESC) = 1 OR ARRAY_LENGTH(repaired) > 0
ORDER BY checked_at DESC
LIMIT 100`,
  parameters: { from: 'TIMESTAMP' },
  row: z.object({ checked_at: timestamp, tenants: integer, failed: integer, repaired: z.array(string) }),
});
