import { executePipeline } from '../../../shared/pipelines/execute-pipeline';
import { runOfYaml } from './support/run-of-yaml';
import { startTenantDataset, type TenantDataset } from './support/tenant-dataset';

const atOnce = 6;

/**
 * Steps and their needs: 24 side by side, one that gathers them, 20 in a row, and 5 that need some of both.
 */
function fiftySteps(): ReadonlyMap<string, readonly string[]> {
  const steps = new Map<string, readonly string[]>();
  const wide = Array.from({ length: 24 }, (_, index) => `wide_${index}`);
  for (const id of wide) steps.set(id, []);
  steps.set('gather', wide);
  for (let index = 0; index < 20; index++)
    steps.set(`deep_${index}`, [index ? `deep_${index - 1}` : 'gather']);
  for (let index = 0; index < 4; index++) steps.set(`cross_${index}`, [`wide_${index}`, `deep_${index * 5}`]);
  steps.set('last', ['deep_19', 'cross_0', 'cross_1', 'cross_2', 'cross_3']);
  return steps;
}

/** Each step's value is one more than the sum of those it needs. */
function valuesOf(steps: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const [id, needs] of steps)
    values.set(
      id,
      needs.reduce((sum, need) => sum + (values.get(need) ?? Number.NaN), 1),
    );
  return values;
}

/** Written in the reverse of the order in which they can run. */
function yamlOf(steps: ReadonlyMap<string, readonly string[]>): string {
  const written = [...steps].reverse().map(([id, needs]) => {
    const sum = ['1', ...needs.map((need) => `(SELECT value FROM ${need})`)].join(' + ');
    return `
  - id: ${id}
    type: query
    needs: [${needs.join(', ')}]
    sql: SELECT ${sum} AS value
    destination: { table: ${id}, write_disposition: WRITE_EMPTY }`;
  });
  return `max_parallel_steps: ${atOnce}\nsteps:${written.join('')}\n`;
}

interface Interval {
  readonly from: number;
  readonly to: number;
}

/** The most intervals that overlap at any moment; one that ends when another begins does not overlap it. */
function mostAtOnce(intervals: readonly Interval[]): number {
  return Math.max(
    ...intervals.map(({ from }) => intervals.filter((other) => other.from <= from && from < other.to).length),
  );
}

describe('a definition of 50 steps, with a wide and a deep part', () => {
  let tenant: TenantDataset;
  beforeAll(async () => {
    tenant = await startTenantDataset({
      limits: { queryMs: 40, dmlMs: 1, ddlMs: 1, streamingMs: 1, loadMs: 1 },
    });
  });
  afterAll(() => tenant?.close());

  it('runs in the order that its needs allow, and no more at once than it says', async () => {
    const steps = fiftySteps();
    expect(steps.size).toBe(50);
    const outcome = await executePipeline(runOfYaml('fifty', yamlOf(steps)), tenant.tools);
    expect(outcome).toMatchObject({ status: 'COMPLETED', rowsWritten: 1 });
    expect(outcome.steps.map(({ rowsWritten }) => rowsWritten)).toEqual(outcome.steps.map(() => 1));

    const logs = await tenant.query(
      `SELECT step_id, UNIX_MILLIS(started_at) AS \`from\`, UNIX_MILLIS(ended_at) AS \`to\`
       FROM step_logs WHERE run_id = 'fifty' AND status = 'COMPLETED'`,
    );
    const intervals = new Map(
      logs.map((row) => {
        const { step_id, from, to } = Object(row);
        return [String(step_id), { from: Number(from), to: Number(to) }];
      }),
    );
    expect([...intervals.keys()].sort()).toEqual([...steps.keys()].sort());
    const early = [...steps].flatMap(([id, needs]) =>
      needs.filter((need) => (intervals.get(id)?.from ?? 0) < (intervals.get(need)?.to ?? Infinity)),
    );
    expect(early).toEqual([]);
    const most = mostAtOnce([...intervals.values()]);
    expect(most).toBeLessThanOrEqual(atOnce);
    expect(most).toBeGreaterThan(1);

    const selects = [...steps.keys()].map((id) => `SELECT '${id}' AS id, value FROM ${id}`);
    const rows = await tenant.query(selects.join(' UNION ALL '));
    const found = new Map(rows.map((row) => [Object(row).id, Object(row).value]));
    expect(found).toEqual(valuesOf(steps));
  });
});
