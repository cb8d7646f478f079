// In short: ./first-hour.test.ts
import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  apiOf,
  endOfRun,
  onboard,
  query,
  startTestCloud,
  type TestCloud,
  whenQuiet,
} from '../support/local-cloud';
import { newDirectory, removeDirectory } from '../support/server-process';

const root = join(__dirname, '../..');
/** Real billing data that is not part of the project; its totals are in the README beside it. */
const focusSample = join(root, '../shared/data/focus_sample.csv');
const hasFocusSample = existsSync(focusSample);
if (!hasFocusSample) console.warn(`Skipped: there is no ${focusSample}`);

/** Pipelines that fail, each in its own way. */
const failing = {
  divides_by_zero: `
  - id: divide
    type: query
    sql: SELECT 1 / (pipeline_runs_count - pipeline_runs_count) AS x FROM tenants`,
  wrong_column: `
  - id: select
    type: query
    sql: SELECT no_such_column FROM tenants`,
  other_tenant: `
  - id: steal
    type: query
    sql: SELECT * FROM neighbour.tenants
    destination: { table: stolen, write_disposition: WRITE_TRUNCATE }`,
  check_fails: `
  - id: build
    type: query
    sql: SELECT 1 AS id UNION ALL SELECT 1
    destination: { table: numbers, write_disposition: WRITE_TRUNCATE }
  - id: check
    type: quality
    needs: [build]
    table: numbers
    checks:
      - { name: one_row_per_id, type: unique, columns: [id] }
  - id: never
    type: query
    needs: [check]
    sql: SELECT 1`,
  only_warns: `
  - id: build
    type: query
    sql: SELECT 1 AS id UNION ALL SELECT 1
    destination: { table: numbers, write_disposition: WRITE_TRUNCATE }
  - id: check
    type: quality
    needs: [build]
    table: numbers
    checks:
      - { name: one_row_per_id, type: unique, columns: [id], severity: warn }`,
};

const gcp = 'gcp/billing/daily_costs';

type Parameters = Record<string, unknown> | undefined;
type Failure = readonly [what: string, pipeline: string, given: Parameters, step: string, message: RegExp];

/** Runs that fail: the step that does, and its message. */
const failures: readonly Failure[] = [
  ['an absent source', gcp, { source_uri: 'gs://billing/absent.ndjson' }, 'load_export', /absent\.ndjson/],
  ['an absent bucket', gcp, { source_uri: 'gs://nowhere/x.ndjson' }, 'load_export', /nowhere/],
  ['a broken row', gcp, { source_uri: 'gs://billing/broken.ndjson' }, 'load_export', /broken\.ndjson/],
  [
    'a value of the wrong type',
    gcp,
    { source_uri: 'gs://billing/wrong-type.ndjson' },
    'load_export',
    /cheap.*wrong-type\.ndjson/,
  ],
  ['an empty file', gcp, { source_uri: 'gs://billing/empty.ndjson' }, 'check_daily_costs', /has_rows/],
  [
    'a CSV with a quote left open',
    'focus/billing/daily_costs',
    { source_uri: 'gs://billing/broken.csv' },
    'load_costs',
    /broken\.csv/,
  ],
  ['SQL that fails on the data', 'test/failing/divides_by_zero', undefined, 'divide', /division by zero/i],
  ['SQL that is wrong', 'test/failing/wrong_column', undefined, 'select', /no_such_column.*\[1:8\]/],
  [
    'SQL that reads another tenant, though that were a source',
    'test/failing/other_tenant',
    undefined,
    'steal',
    /It reads neighbour, which is the dataset of a tenant/,
  ],
  ['a check that fails', 'test/failing/check_fails', undefined, 'check', /one_row_per_id/],
];

describe('Pipelines from the request to the table', () => {
  const schemas = newDirectory();
  let cloud: TestCloud;
  beforeAll(async () => {
    cpSync(join(root, 'schemas'), schemas, { recursive: true });
    for (const [name, steps] of Object.entries(failing)) {
      const file = join(schemas, 'pipelines/test/failing', `${name}.yaml`);
      mkdirSync(dirname(file), { recursive: true });
      const sources = name === 'other_tenant' ? 'sources: [neighbour]\n' : '';
      writeFileSync(file, `description: For tests.\ntimeout_seconds: 60\n${sources}steps:${steps}\n`);
    }
    cloud = await startTestCloud({}, schemas);
    mkdirSync(bucket(), { recursive: true });
  });
  afterAll(async () => {
    await cloud?.close();
    removeDirectory(schemas);
  });

  const bucket = () => join(cloud.dataDirectory, 'gcs/billing');
  const run = async (tenantId: string, apiKey: string, pipeline: string, parameters?: Parameters) => {
    const { run_id } = await apiOf(cloud.url, { apiKey }).startRun(tenantId, pipeline, { parameters });
    const ended = await endOfRun(cloud.url, apiKey, run_id);
    await whenQuiet(cloud.bigquery, tenantId);
    return ended;
  };
  /** As BigQuery prints them: to the last digit. */
  const totals = async (tenantId: string, table: string, columns: readonly string[]) => {
    const sums = columns.map((name) => `CAST(SUM(${name}) AS STRING) AS ${name}`).join(', ');
    const [row] = await query(
      cloud.bigquery,
      tenantId,
      `SELECT COUNT(*) AS n, SUM(row_count) AS r, ${sums} FROM ${table}`,
    );
    return row;
  };

  (hasFocusSample ? it : it.skip)('focus/billing/daily_costs: exact totals, twice', async () => {
    copyFileSync(focusSample, join(bucket(), 'focus_sample.csv'));
    const apiKey = await onboard(cloud.url, 'focus');
    for (const runs of [1, 2]) {
      const source = { source_uri: 'gs://billing/focus_sample.csv' };
      expect(await run('focus', apiKey, 'focus/billing/daily_costs', source)).toMatchObject({
        status: 'COMPLETED',
        error_message: null,
        rows_written: 629,
        parameters: source,
      });
      expect(await totals('focus', 'daily_costs', ['billed_cost', 'effective_cost', 'list_cost'])).toEqual({
        n: 629,
        r: 1000,
        billed_cost: '20.52022672899',
        effective_cost: '14.97651418586',
        list_cost: '20.39090575119',
      });
      const failed = 'SELECT check_name FROM dq_results WHERE NOT passed AND severity = "error"';
      expect(await query(cloud.bigquery, 'focus', failed)).toEqual([]);
      const checked = 'SELECT COUNT(*) AS checks, COUNT(DISTINCT run_id) AS runs FROM dq_results';
      expect(await query(cloud.bigquery, 'focus', checked)).toEqual([{ checks: 7 * runs, runs }]);
    }
    const [metadata] = await cloud.bigquery.dataset('focus').table('daily_costs').getMetadata();
    const types = metadata.schema.fields.map(({ name, type }: { name: string; type: string }) => [
      name,
      type,
    ]);
    expect(types.map(([name]: string[]) => name)).toEqual([
      'charge_date',
      'provider_name',
      'service_name',
      'sub_account_id',
      'billing_currency',
      'billed_cost',
      'effective_cost',
      'list_cost',
      'row_count',
    ]);
    expect(types.flat()).not.toContain('FLOAT');
  });

  it('gcp/billing/daily_costs with the sample that npm run sample makes', async () => {
    const { sample } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts;
    const [command, ...args] = `${sample} ${cloud.dataDirectory}`.split(' ');
    expect(command).toBe('node');
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
    const [, cost, credits, net] = /cost (\S+), credits (\S+), net (\S+) USD/.exec(stdout) ?? [];
    const [, rows] = /Wrote (\d+) rows of a Google Cloud/.exec(stdout) ?? [];
    const source = { source_uri: /gs:\/\/\S*gcp_billing_export\S*/.exec(stdout)?.[0] };
    const apiKey = await onboard(cloud.url, 'gcp');
    for (let time = 0; time < 2; time++) {
      expect(await run('gcp', apiKey, 'gcp/billing/daily_costs', source)).toMatchObject({
        status: 'COMPLETED',
        error_message: null,
      });
      const found = await totals('gcp', 'gcp_daily_costs', ['cost', 'credits', 'net_cost']);
      expect(found).toMatchObject({ r: Number(rows) });
      expect([found?.cost, found?.credits, found?.net_cost].map(Number)).toEqual(
        [cost, credits, net].map(Number),
      );
    }
  });

  describe('that fail end FAILED, with a message to act on, a ledger row and a free slot', () => {
    let apiKey: string;
    beforeAll(async () => {
      apiKey = await onboard(cloud.url, 'unlucky', { max_concurrent_pipelines: 1 });
      await onboard(cloud.url, 'neighbour');
      writeFileSync(join(bucket(), 'broken.ndjson'), '{"cost": 1}\n{"cost": \n');
      writeFileSync(join(bucket(), 'wrong-type.ndjson'), '{"cost": "cheap"}\n');
      writeFileSync(join(bucket(), 'broken.csv'), 'a,b\n1,"2\n');
      writeFileSync(join(bucket(), 'empty.ndjson'), '');
    });

    it.each(failures)('%s', async (_what, pipeline, body, step, message) => {
      const ended = await run('unlucky', apiKey, pipeline, body);
      expect(ended).toMatchObject({
        status: 'FAILED',
        failed_step: step,
        error_code: expect.stringMatching(/^[a-z_]+$/),
        error_message: expect.stringMatching(message),
      });
      expect(ended.error_message).not.toMatch(/\n\s+at |node_modules/);
      expect(ended.error_message).not.toContain(cloud.dataDirectory);
      const sql = 'SELECT status, failed_step FROM pipeline_runs WHERE run_id = @id';
      expect(await query(cloud.bigquery, 'unlucky', sql, { id: ended.run_id })).toEqual([
        { status: 'FAILED', failed_step: step },
      ]);
      // The slot is free: the concurrent quota is 1.
      expect(await run('unlucky', apiKey, 'gcp/example/dryrun')).toMatchObject({ status: 'COMPLETED' });
    });

    it('and what waits for a failed check is not done', async () => {
      const { run_id } = await run('unlucky', apiKey, 'test/failing/check_fails');
      const sql =
        'SELECT step_id, status FROM step_logs WHERE run_id = @id AND step_id = "never" AND status = "COMPLETED"';
      expect(await query(cloud.bigquery, 'unlucky', sql, { id: run_id })).toEqual([]);
    });

    it('but a check that only warns lets the run complete, and is recorded', async () => {
      const { status, run_id } = await run('unlucky', apiKey, 'test/failing/only_warns');
      expect(status).toBe('COMPLETED');
      const sql = 'SELECT check_name, passed, severity FROM dq_results WHERE run_id = @id';
      expect(await query(cloud.bigquery, 'unlucky', sql, { id: run_id })).toEqual([
        { check_name: 'one_row_per_id', passed: false, severity: 'warn' },
      ]);
    });

    it('and every run is counted once', async () => {
      const sql = `SELECT pipeline_runs_count - (SELECT COUNT(DISTINCT run_id) FROM pipeline_runs) AS missing,
      (SELECT COUNT(*) - COUNT(DISTINCT run_id) FROM pipeline_runs) AS twice, current_running_pipelines AS running
      FROM tenants`;
      expect(await query(cloud.bigquery, 'unlucky', sql)).toEqual([{ missing: 0, twice: 0, running: 0 }]);
    });
  });
});
