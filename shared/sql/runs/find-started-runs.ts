import { z } from 'zod';
import { string } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { recordedRuns } from './recorded-runs';

/** Which of these runs there are, in flight or over. Of the ledger the days since @from are read. */
export const findStartedRuns = defineStatement({
  name: 'find-started-runs',
  sql: `
SELECT slot.run_id
FROM tenants, UNNEST(active_runs) AS slot
WHERE tenant_id = @tenant_id AND slot.run_id IN UNNEST(@run_ids)
UNION DISTINCT
SELECT run_id
FROM (${recordedRuns('run_id', 'run_id IN UNNEST(@run_ids) AND admitted_at >= @from')}
)`,
  parameters: { tenant_id: 'STRING', run_ids: ['STRING'], from: 'TIMESTAMP' },
  row: z.object({ run_id: string }),
});
