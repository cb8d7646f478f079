import { z } from 'zod';
import { string } from '../column-schemas';
import { defineStatement } from '../define-statement';

/** Which of the given runs are in the ledger. No row where there is no tenant. */
export const findFinishedRuns = defineStatement({
  name: 'find-finished-runs',
  sql: `
SELECT ARRAY(SELECT DISTINCT run_id FROM pipeline_runs WHERE run_id IN UNNEST(@run_ids)) AS finished_run_ids
FROM tenants
WHERE tenant_id = @tenant_id`,
  parameters: { tenant_id: 'STRING', run_ids: ['STRING'] },
  row: z.object({ finished_run_ids: z.array(string) }),
});
