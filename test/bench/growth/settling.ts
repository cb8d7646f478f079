import { createAppendRows } from '../../../shared/google/bigquery/tables/append-rows';
import { admitRuns } from '../../../shared/sql/runs/admit-runs';
import { decideRuns } from '../../../shared/sql/runs/decide-runs';
import { settleAndDropRuns, settleRuns } from '../../../shared/sql/runs/settle-runs';
import { releaseRunsBefore } from '../../functions/version-before/statements-before';
import { onboardAll } from '../backend/onboarding';
import { withServers } from '../backend/servers';
import { printTable } from '../support/table';
import { candidates, unlimited } from './candidates';
import { ledgerRowsOf, outcomeOfBench } from './finished-runs';
import { billedCellsOf, medianOf, type Observed, observedStatements } from './observed-statements';
import { fillRow } from './tenant-row';

const calls = 3;
const rowsPerRequest = 1_000;
const dayMs = 24 * 60 * 60 * 1000;
/** More of them at once would take the local engine minutes. */
const mostReleased = 100;

/** Runs in flight, and how many of them are settled by one statement. */
const cases = [
  { active: 1, atOnce: 1 },
  { active: 100, atOnce: 1 },
  { active: 1_000, atOnce: 1 },
  { active: 5_000, atOnce: 1 },
  { active: 1_000, atOnce: 100 },
  { active: 5_000, atOnce: 100 },
  { active: 5_000, atOnce: 1_000 },
];
const admissions = [
  { active: 1, asking: 1 },
  { active: 5_000, asking: 1 },
  { active: 5_000, asking: 1_000 },
];

const ways = ['release', 'settle', 'drop'] as const;
type Way = (typeof ways)[number];

/** What settling costs beside the version before, and what admission costs, by a tenant's runs in flight. */
export const compareSettling = (): Promise<void> =>
  withServers(undefined, async ({ environment }) => {
    const names = [...ways, 'admit', 'decide'];
    const tenants = names.map((tenant_id) => ({ tenant_id, max_pipelines_per_month: null }));
    await onboardAll(tenants, environment);
    const observed = observedStatements();
    const rows: string[][] = [];
    for (const given of cases) rows.push(await settleInTurns(given, observed));
    printTable(
      'Settling, beside the release of the version before (local cloud without limits; medians; billed MB)',
      [
        'active runs',
        'at once',
        'release (ms)',
        'MB',
        'settle (ms)',
        'MB',
        'settle and drop as many (ms)',
        'MB',
      ],
      rows,
    );
    const admitted: string[][] = [];
    for (const given of admissions) admitted.push(await admitInTurns(given, observed));
    printTable(
      'Admission (local cloud without limits; medians; billed MB)',
      ['active runs', 'candidates', 'lone UPDATE (ms)', 'MB', 'script (ms)', 'MB'],
      admitted,
    );
  });

type Observing = ReturnType<typeof observedStatements>;

async function settleInTurns(
  { active, atOnce }: (typeof cases)[number],
  { bigquery, runStatement, observe }: Observing,
): Promise<string[]> {
  const appendRows = createAppendRows(bigquery);
  const ending: Record<Way, ReturnType<typeof outcomeOfBench>[]> = { release: [], settle: [], drop: [] };
  for (const way of ways) {
    const runIds = await fillRow(bigquery, way, active + (calls - 1) * atOnce);
    ending[way] = runIds.slice(-calls * atOnce).map(outcomeOfBench);
    const rows = ledgerRowsOf(way, ending[way]);
    for (let from = 0; from < rows.length; from += rowsPerRequest)
      await appendRows(way, 'pipeline_runs', rows.slice(from, from + rowsPerRequest));
  }
  const found: Record<Way, (Observed | string)[]> = { release: [], settle: [], drop: [] };
  let appended: readonly ReturnType<typeof outcomeOfBench>[] = [];
  for (let call = 0; call < calls; call++) {
    const next = (way: Way) => ending[way].splice(-atOnce);
    const settling = (tenant_id: Way, outcomes: readonly ReturnType<typeof outcomeOfBench>[]) => ({
      tenant_id,
      onboarding_id: '',
      now: new Date(),
      outcomes,
    });
    const [released, settled, dropping] = [next('release'), next('settle'), next('drop')];
    const release = () =>
      runStatement('release', releaseRunsBefore, {
        tenant_id: 'release',
        run_ids: released.map(({ run_id }) => run_id),
        now: new Date(),
      });
    const settle = () => runStatement('settle', settleRuns, settling('settle', settled));
    const drop = () =>
      runStatement('drop', settleAndDropRuns, {
        ...settling('drop', dropping),
        appended,
        appended_run_ids: appended.map(({ run_id }) => run_id),
        appended_from: new Date(Date.now() - dayMs),
        appended_to: new Date(Date.now() + dayMs),
      });
    found.release.push(atOnce <= mostReleased ? await observe(1, release) : 'not measured');
    found.settle.push(await observe(1, settle));
    found.drop.push(await observe(1, drop));
    appended = dropping;
  }
  return [String(active), String(atOnce), ...ways.flatMap((way) => billedCellsOf(medianOf(found[way])))];
}

async function admitInTurns(
  { active, asking }: (typeof admissions)[number],
  { bigquery, runStatement, observe }: Observing,
): Promise<string[]> {
  const found: Record<'admit' | 'decide', (Observed | string)[]> = { admit: [], decide: [] };
  const parameters = (tenant_id: string) => ({
    tenant_id,
    now: new Date(),
    ...unlimited,
    candidates: candidates(asking),
  });
  for (let call = 0; call < calls; call++) {
    for (const way of ['admit', 'decide'] as const) {
      await fillRow(bigquery, way, active);
      const statement = { admit: admitRuns, decide: decideRuns };
      found[way].push(await observe(1, () => runStatement(way, statement[way], parameters(way))));
    }
  }
  return [
    String(active),
    String(asking),
    ...billedCellsOf(medianOf(found.admit)),
    ...billedCellsOf(medianOf(found.decide)),
  ];
}
