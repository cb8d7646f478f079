import { z } from 'zod';
import { defineStatement } from '../define-statement';
import { remembered } from './withdraw-runs';

/**
 * None of the given runs starts any more: an admission that gets its turn within the hour finds its run in
 * `withdrawn_runs`. Nothing is taken back: where one of them is in flight, or over, nothing changes (`affectedRows` is
 * 0), nor where there is no such tenant. All of them were admitted after `from`, if ever: else BigQuery would read the whole ledger.
 */
export const denyRuns = defineStatement({
  name: 'deny-runs',
  sql: `
UPDATE tenants AS tenant
SET withdrawn_runs = ${remembered('@run_ids')}, updated_at = @now
WHERE tenant_id = @tenant_id
  AND NOT EXISTS (SELECT 1 FROM UNNEST(active_runs) AS slot WHERE slot.run_id IN UNNEST(@run_ids))
  AND NOT EXISTS (SELECT 1 FROM UNNEST(settled_runs) AS settled WHERE settled.run_id IN UNNEST(@run_ids))
  AND NOT EXISTS (SELECT 1 FROM pipeline_runs WHERE run_id IN UNNEST(@run_ids) AND admitted_at >= @from)`,
  parameters: { tenant_id: 'STRING', run_ids: ['STRING'], from: 'TIMESTAMP', now: 'TIMESTAMP' },
  row: z.unknown(),
});
