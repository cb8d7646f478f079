import { z } from 'zod';
import { integer, string } from '../column-schemas';
import { defineStatement } from '../define-statement';

/** How many calls were refused since then, by the problem's code. */
export const countRefusals = defineStatement({
  name: 'count-refusals',
  sql: `
SELECT code, SUM(calls) AS calls
FROM refusals
WHERE minute >= @from
GROUP BY code
ORDER BY calls DESC, code`,
  parameters: { from: 'TIMESTAMP' },
  row: z.object({ code: string, calls: integer }),
});
