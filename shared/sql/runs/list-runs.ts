import { z } from 'zod';
import { string } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { admittedUpTo, recordedRuns, stateColumns, stateFields, stateOfSlot } from './recorded-runs';

/**
 * A tenant's runs, newest first, finished and in flight in one snapshot; a run that is in the ledger is not
 * listed by its slot as well. `from` and `to` bound `admitted_at`, by which the ledger is partitioned, so
 * only the days between them are read. (before_at, before_id) is where the page before ended; null for the
 * first page.
 */
export const listRuns = defineStatement({
  name: 'list-runs',
  sql: `
WITH
  recorded AS (${recordedRuns(`run_id, pipeline, trigger, ${stateColumns}`, admittedUpTo('@before_at'))}
  )
SELECT *
FROM (
  SELECT * FROM recorded
  UNION ALL
  SELECT
    slot.run_id, slot.pipeline, slot.trigger, ${stateOfSlot}
  FROM tenants, UNNEST(active_runs) AS slot
  WHERE tenant_id = @tenant_id
    AND slot.admitted_at >= @from AND slot.admitted_at < @to
    AND slot.run_id NOT IN (SELECT run_id FROM recorded)
)
WHERE (@status IS NULL OR status = @status)
  AND (@pipeline IS NULL OR pipeline = @pipeline)
  AND (@before_at IS NULL OR admitted_at < @before_at OR (admitted_at = @before_at AND run_id < @before_id))
ORDER BY admitted_at DESC, run_id DESC
LIMIT @limit`,
  parameters: {
    tenant_id: 'STRING',
    from: 'TIMESTAMP',
    to: 'TIMESTAMP',
    status: 'STRING',
    pipeline: 'STRING',
    before_at: 'TIMESTAMP',
    before_id: 'STRING',
    limit: 'INT64',
  },
  row: z.object({
    run_id: string,
    pipeline: string,
    trigger: string.nullable(),
    ...stateFields,
  }),
});
