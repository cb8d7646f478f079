import { randomUUID } from 'node:crypto';
import { createAppendRows } from '../../../shared/google/bigquery/tables/append-rows';
import { allDays, daysOfRuns, timedRunId } from '../../../shared/runs/rules/run-identity';
import { admitKeyedRuns } from '../../../shared/sql/runs/admit-runs';
import { checkCounters } from '../../../shared/sql/runs/check-counters';
import { findRecordedRuns } from '../../../shared/sql/runs/find-recorded-runs';
import { findRuns } from '../../../shared/sql/runs/find-runs';
import { listRuns } from '../../../shared/sql/runs/list-runs';
import { readRun } from '../../../shared/sql/runs/read-run';
import { settleHeldRuns } from '../../../shared/sql/runs/settle-held-runs';
import { settleAndDropRuns } from '../../../shared/sql/runs/settle-runs';
import { aboutSlots } from '../../support/started-by';
import { onboardAll } from '../backend/onboarding';
import { withServers } from '../backend/servers';
import { shown } from '../support/figures';
import { printTable } from '../support/table';
import { candidates, unlimited } from './candidates';
import { fillLedger } from './fill-ledger';
import { ledgerRowsOf, outcomeOfBench } from './finished-runs';
import { cellsOf, observedStatements } from './observed-statements';
import { fillRow } from './tenant-row';

const rowsPerDay = 1_000;
const calls = 3;
const slots = 10;
const dayMs = 24 * 60 * 60 * 1000;

/**
 * What a tenant's finished runs cost the statements that read the ledger: in a ledger of one day, and in one of many days
 * with as many runs each.
 */
export const growLedger = (ledgerRows: number): Promise<void> =>
  withServers(
    undefined,
    async ({ environment, bigqueryUrl }) => {
      const sizes = [rowsPerDay, ledgerRows];
      const tenants = sizes.map((size) => ({ tenant_id: `ledger_${size}`, max_pipelines_per_month: null }));
      await onboardAll(tenants, environment);
      const columns: Record<string, string[]>[] = [];
      for (const size of sizes) columns.push(await measure(bigqueryUrl, `ledger_${size}`, size));
      const [small = {}, large = {}] = columns;
      printTable(
        `Ledgers of ${rowsPerDay} rows a day (local cloud without limits; medians; bytes before BigQuery's minimum)`,
        ['statement', `${rowsPerDay} rows (ms)`, 'bytes', `${ledgerRows} rows (ms)`, 'bytes'],
        Object.entries(small).map(([name, cells]) => [name, ...cells, ...(large[name] ?? [])]),
      );
      console.log(`
Without milliseconds: foretold by a dry run, since the local engine would take minutes. BigQuery leaves out blocks by run_id as
well, by which the table is clustered, but not in days of less than one block.`);
    },
    { isMemoryOnly: true },
  );

async function measure(
  bigqueryUrl: string,
  tenant_id: string,
  rows: number,
): Promise<Record<string, string[]>> {
  const { bigquery, runStatement, observe, foretell } = observedStatements();
  const appendRows = createAppendRows(bigquery);
  await fillLedger(bigqueryUrl, tenant_id, { rows, rowsPerDay, until: new Date() });
  const ending = (await fillRow(bigquery, tenant_id, slots)).map(outcomeOfBench);
  await appendRows(tenant_id, 'pipeline_runs', ledgerRowsOf(tenant_id, ending));
  const now = new Date();
  const range = { from: new Date(now.getTime() - 60_000), to: now };
  let appended = ending.slice(0, 0);
  const next = () => ending.splice(-1);
  const settling = (outcomes: typeof ending) => ({ tenant_id, onboarding_id: '', now, outcomes });
  const settleAndDrop = await observe(calls, async () => {
    const outcomes = next();
    await runStatement(tenant_id, settleAndDropRuns, {
      ...settling(outcomes),
      appended,
      appended_run_ids: appended.map(({ run_id }) => run_id),
      appended_from: range.from,
      appended_to: range.to,
    });
    appended = outcomes;
  });
  const settleHeld = await observe(calls, () =>
    runStatement(tenant_id, settleHeldRuns, { ...settling(next()), ...range, ...aboutSlots }),
  );
  const find = await observe(calls, () =>
    runStatement(tenant_id, findRecordedRuns, { run_ids: [randomUUID()], ...range }),
  );
  const page = { status: null, pipeline: null, before_at: null, before_id: null, limit: 50 };
  const list = await observe(calls, () =>
    runStatement(tenant_id, listRuns, {
      tenant_id,
      ...range,
      from: new Date(now.getTime() - dayMs / 24),
      ...page,
    }),
  );
  const run_id = randomUUID();
  const timed = timedRunId(run_id, now);
  const asking = candidates(1);
  const keyed = { candidates: asking, keyed_run_ids: asking.map((candidate) => candidate.run_id) };
  const foretold = async (bytes: Promise<number>) => ['', shown(await bytes, 0)];
  return {
    'settle-and-drop-runs, one run': cellsOf(settleAndDrop),
    'settle-held-runs, one run': cellsOf(settleHeld),
    'find-recorded-runs, one run': cellsOf(find),
    'list-runs, one day': cellsOf(list),
    'find-runs': await foretold(
      foretell(tenant_id, findRuns, { tenant_id, run_ids: [timed], ...daysOfRuns([timed]) }),
    ),
    'find-runs, of a key': await foretold(
      foretell(tenant_id, findRuns, { tenant_id, run_ids: [run_id], ...allDays }),
    ),
    'read-run': await foretold(
      foretell(tenant_id, readRun, { tenant_id, run_id: timed, ...daysOfRuns([timed]) }),
    ),
    'read-run, of a key': await foretold(foretell(tenant_id, readRun, { tenant_id, run_id, ...allDays })),
    'admit-keyed-runs': await foretold(
      foretell(tenant_id, admitKeyedRuns, { tenant_id, now, ...unlimited, ...keyed }),
    ),
    'check-counters': await foretold(foretell(tenant_id, checkCounters, { tenant_id })),
  };
}
