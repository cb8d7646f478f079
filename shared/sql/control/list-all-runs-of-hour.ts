import { z } from 'zod';
import { string } from '../column-schemas';
import { defineStatement } from '../define-statement';

/** Which runs of a tenant `all_runs` has that were admitted from @from on and before @to: of all of the tenant's lives. */
export const listAllRunsOfHour = defineStatement({
  name: 'list-all-runs-of-hour',
  sql: `SELECT DISTINCT run_id
FROM all_runs
WHERE tenant_id = @tenant_id AND admitted_at >= @from AND admitted_at < @to`,
  parameters: { tenant_id: 'STRING', from: 'TIMESTAMP', to: 'TIMESTAMP' },
  row: z.object({ run_id: string }),
});
