import { z } from 'zod';
import { defineStatement } from '../define-statement';
import { outcomeFields } from './recorded-runs';

/** Outcomes of the tenant row that are not in the ledger, by this one look at both. At most 200. */
export const listUnrecordedRuns = defineStatement({
  name: 'list-unrecorded-runs',
  sql: `
SELECT settled.*
FROM tenants, UNNEST(settled_runs) AS settled
WHERE tenant_id = @tenant_id AND settled.run_id NOT IN (SELECT run_id FROM pipeline_runs)
ORDER BY settled.recorded_at, settled.run_id
LIMIT 200`,
  parameters: { tenant_id: 'STRING' },
  row: z.object(outcomeFields),
});
