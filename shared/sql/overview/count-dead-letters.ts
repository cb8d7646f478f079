import { z } from 'zod';
import { integer, timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';

/** How many messages were given up since then, and when the last one was. One row, even if there is none. */
export const countDeadLetters = defineStatement({
  name: 'count-dead-letters',
  sql: `
SELECT COUNT(DISTINCT message_id) AS messages, MAX(given_up_at) AS last_at
FROM dead_letters
WHERE given_up_at >= @from`,
  parameters: { from: 'TIMESTAMP' },
  row: z.object({ messages: integer, last_at: timestamp.nullable() }),
});
