import { randomUUID } from 'node:crypto';
import { createAppendRows } from '../../../shared/google/bigquery/tables/append-rows';
import { admitKeyedRuns } from '../../../shared/sql/runs/admit-runs';
import { findRecordedRuns } from '../../../shared/sql/runs/find-recorded-runs';
import { findRun } from '../../../shared/sql/runs/find-run';
import { onboardAll } from '../backend/onboarding';
import { withServers } from '../backend/servers';
import { printTable } from '../support/table';
import { candidates, unlimited } from './candidates';
import { finishedRuns } from './finished-runs';
import { cellsOf, observedStatements } from './observed-statements';

const counts = [1, 1_000, 10_000, 100_000];
const rowsPerRequest = 1_000;
const calls = 5;
const tenant_id = 'ledger';

/** What a tenant's finished runs cost the statements that read the ledger. */
export const growLedger = (): Promise<void> =>
  withServers(undefined, async ({ environment }) => {
    await onboardAll([{ tenant_id, max_pipelines_per_month: null }], environment);
    const { bigquery, runStatement, observe } = observedStatements();
    const appendRows = createAppendRows(bigquery);
    const rows: string[][] = [];
    let filled = 0;
    for (const count of counts) {
      for (; filled < count; filled += Math.min(rowsPerRequest, count - filled)) {
        const runIds = Array.from({ length: Math.min(rowsPerRequest, count - filled) }, () => randomUUID());
        await appendRows(tenant_id, 'pipeline_runs', finishedRuns(tenant_id, runIds));
      }
      const find = await observe(calls, () =>
        runStatement(tenant_id, findRun, { tenant_id, run_id: randomUUID() }),
      );
      const admission = await observe(calls, () => {
        const asking = candidates(1);
        const keyed_run_ids = asking.map(({ run_id }) => run_id);
        const now = new Date();
        return runStatement(tenant_id, admitKeyedRuns, {
          tenant_id,
          now,
          ...unlimited,
          candidates: asking,
          keyed_run_ids,
        });
      });
      const reconcile = await observe(calls, () =>
        runStatement(tenant_id, findRecordedRuns, {
          run_ids: [randomUUID()],
          from: new Date(Date.now() - 1_000),
          to: new Date(),
        }),
      );
      rows.push([String(count), ...cellsOf(find), ...cellsOf(admission), ...cellsOf(reconcile)]);
    }
    printTable(
      'Ledger rows of one tenant (local cloud without limits; medians; bytes as BigQuery counts them)',
      [
        'ledger rows',
        'find-run (ms)',
        'bytes',
        'keyed admission (ms)',
        'bytes',
        'find-recorded-runs (ms)',
        'bytes',
      ],
      rows,
    );
  });
