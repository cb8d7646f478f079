import { z } from 'zod';
import { string, timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { admittedUpTo, recordedRuns, startedByColumns } from './recorded-runs';

/**
 * Who started which of a tenant's runs, youngest first, finished and in flight in one snapshot. Runs of which that
 * was not kept are left out. (until_at, until_id) is where the page before ended; null for the first page.
 */
export const listRunStarts = defineStatement({
  name: 'list-run-starts',
  sql: `
WITH
  recorded AS (${recordedRuns(`run_id, pipeline, trigger, admitted_at, ${startedByColumns}`, admittedUpTo('@until_at'))}
  )
SELECT *
FROM (
  SELECT * FROM recorded
  UNION ALL
  SELECT
    slot.run_id, slot.pipeline, slot.trigger, slot.admitted_at,
    slot.actor_kind, slot.actor, slot.address, slot.request_id
  FROM tenants, UNNEST(active_runs) AS slot
  WHERE tenant_id = @tenant_id
    AND slot.admitted_at >= @from AND slot.admitted_at < @to
    AND slot.run_id NOT IN (SELECT run_id FROM recorded)
)
WHERE actor IS NOT NULL
  AND (@actor IS NULL OR actor = @actor)
  AND (@until_at IS NULL OR admitted_at < @until_at OR (admitted_at = @until_at AND run_id < @until_id))
ORDER BY admitted_at DESC, run_id DESC
LIMIT @most`,
  parameters: {
    tenant_id: 'STRING',
    from: 'TIMESTAMP',
    to: 'TIMESTAMP',
    actor: 'STRING',
    until_at: 'TIMESTAMP',
    until_id: 'STRING',
    most: 'INT64',
  },
  row: z.object({
    run_id: string,
    pipeline: string,
    trigger: string.nullable(),
    admitted_at: timestamp,
    actor_kind: string,
    actor: string,
    address: string.nullable(),
    request_id: string.nullable(),
  }),
});
