import { allDays } from '../../../shared/runs/rules/run-identity';
import { admitRuns } from '../../../shared/sql/runs/admit-runs';
import { findRuns } from '../../../shared/sql/runs/find-runs';
import { settleRuns } from '../../../shared/sql/runs/settle-runs';
import { onboardAll } from '../backend/onboarding';
import { withServers } from '../backend/servers';
import { printTable } from '../support/table';
import { candidates, unlimited } from './candidates';
import { outcomeOfBench } from './finished-runs';
import { cellsOf, observedStatements } from './observed-statements';
import { fillRow } from './tenant-row';

const counts = [1, 10, 100, 1_000, 2_000, 3_000, 4_000, 5_000];
const calls = 7;

/** What a tenant's runs in flight cost the statements that read and write its row. */
export const growActiveRuns = (): Promise<void> =>
  withServers(undefined, async ({ environment }) => {
    const tenants = counts.map((count) => ({ tenant_id: `runs_${count}`, max_pipelines_per_month: null }));
    await onboardAll(tenants, environment);
    const { bigquery, runStatement, observe } = observedStatements();
    const rows: string[][] = [];
    for (const count of counts) {
      const tenant_id = `runs_${count}`;
      const runIds = await fillRow(bigquery, tenant_id, count);
      const admit = () =>
        observe(calls, () =>
          runStatement(tenant_id, admitRuns, {
            tenant_id,
            now: new Date(),
            ...unlimited,
            candidates: candidates(1),
          }),
        );
      const admission = await admit();
      const find = await observe(calls, () =>
        runStatement(tenant_id, findRuns, { tenant_id, run_ids: runIds.slice(0, 1), ...allDays }),
      );
      const settling = await observe(calls, () =>
        runStatement(tenant_id, settleRuns, {
          tenant_id,
          onboarding_id: '',
          now: new Date(),
          outcomes: runIds.splice(-1).map(outcomeOfBench),
        }),
      );
      rows.push([String(count), ...cellsOf(admission), ...cellsOf(find), ...cellsOf(settling)]);
    }
    printTable(
      'Active runs of one tenant (local cloud without limits; medians; bytes as BigQuery counts them)',
      ['active runs', 'admit (ms)', 'bytes', 'find-runs (ms)', 'bytes', 'settle (ms)', 'bytes'],
      rows,
    );
  });
