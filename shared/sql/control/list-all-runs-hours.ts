import { defineStatement } from '../define-statement';
import { columnsOfHour, runsOfHour } from '../runs/list-recorded-hours';

/** The hours in which runs of a tenant were admitted that are over, by `all_runs`: of all of the tenant's lives. */
export const listAllRunsHours = defineStatement({
  name: 'list-all-runs-hours',
  sql: `SELECT${columnsOfHour}
FROM (SELECT DISTINCT run_id, admitted_at FROM all_runs WHERE tenant_id = @tenant_id)
GROUP BY hour
ORDER BY hour`,
  parameters: { tenant_id: 'STRING' },
  row: runsOfHour,
});
