import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runLocally } from '../../local/tools/pipeline/run-locally';
import { captureOutput } from '../functions/support/captured-output';
import { openEvents } from '../support/event-stream';
import {
  adminKey,
  apiOf,
  onboard,
  query,
  startTestCloud,
  type TestCloud,
  withKey,
} from '../support/local-cloud';
import { type RawRequest, rawRequest } from '../support/raw-request';
import { newDirectory, removeDirectory } from '../support/server-process';
import { changesOf, orderChanges, ordersAnew, ordersNow } from './support/order-changes';

const oneDay = `description: A day.
timeout_seconds: 60
parameters: { day: { type: DATE, required: true, description: The day. } }
steps:
  - id: note
    type: query
    sql: SELECT @day AS day
    destination: { table: days, write_disposition: WRITE_APPEND }
`;

/**
 * What a newcomer does in the first hour, in one cloud: own pipelines, incremental ones, events, `npm run pipeline`,
 * refusals, and no key in a log.
 */
describe('The first hour', () => {
  const schemas = newDirectory();
  const tenantId = 'newcomer';
  let captured: ReturnType<typeof captureOutput>;
  let cloud: TestCloud;
  let apiKey: string;
  beforeAll(async () => {
    captured = captureOutput();
    cpSync(join(__dirname, '../../schemas'), schemas, { recursive: true });
    const pipelines = join(schemas, 'pipelines/shop');
    mkdirSync(join(pipelines, 'sales'), { recursive: true });
    mkdirSync(join(pipelines, 'orders'));
    copyFileSync(join(__dirname, 'own-pipeline/daily_sales.yaml'), join(pipelines, 'sales/daily_sales.yaml'));
    writeFileSync(join(pipelines, 'orders/changes.yaml'), orderChanges);
    mkdirSync(join(pipelines, 'days'));
    writeFileSync(join(pipelines, 'days/one_day.yaml'), oneDay);
    cloud = await startTestCloud(
      { ADMIN_API_KEY: adminKey, LOG_SEVERITY: 'DEBUG', EVENT_TYPES: '' },
      schemas,
      { hasOwnServers: true },
    );
    putFile('shop/orders.csv', readFileSync(join(__dirname, 'own-pipeline/orders.csv'), 'utf8'));
    for (const day of [1, 2]) putFile(`orders/${day}.csv`, changesOf(day).join('\n'));
    apiKey = await onboard(cloud.url, tenantId);
  });
  afterAll(async () => {
    await cloud?.close();
    captured.restore();
    removeDirectory(schemas);
  });

  function putFile(path: string, text: string): void {
    const file = join(cloud.dataDirectory, 'gcs', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** `npm run pipeline -- …` without a process of its own: its exit code, and what was said. */
  async function commandLine(...args: readonly string[]) {
    const said: string[] = [];
    const place = { url: cloud.url, adminKey, schemasDirectory: schemas };
    const same = ['--tenant', tenantId, '--key', apiKey, '--data', cloud.dataDirectory];
    const exitCode = await runLocally([...args, ...same], place, (line) => said.push(line));
    return { exitCode, said: said.join('\n') };
  }

  async function pipeline(name: string, ...parameters: readonly string[]) {
    const given = parameters.flatMap((parameter) => ['--param', parameter]);
    const { exitCode, said } = await commandLine('run', name, ...given);
    return { isCompleted: exitCode === 0, said };
  }

  it('an own pipeline runs from a file to a checked table, its steps and last table told', async () => {
    const { isCompleted, said } = await pipeline('shop/sales/daily_sales', 'source_uri=gs://shop/orders.csv');
    expect(isCompleted).toBe(true);
    expect(said).toMatch(/COMPLETED load_orders \(load\): .*4 rows/);
    expect(said).toMatch(/COMPLETED check_daily_sales/);
    expect(said).toMatch(/\ndaily_sales: 2 rows\nday +country +revenue\n/);
    const [, runId = ''] = /^Run (\S+) /m.exec(said) ?? [];
    const shown = await commandLine('show', runId);
    expect(shown.said).toMatch(/\n2 +build_daily_sales +table +daily_sales +2 +2 /);
    const rows = await commandLine('results', runId, '2', '--limit', '1');
    expect(rows.said).toMatch(/^day .*\n-.*\n\d{4}-\d\d-\d\d .*\n1 of 2 rows\nThere are more: --cursor /);
  });

  it('one that fails says at which step, and why', async () => {
    const { isCompleted, said } = await pipeline('shop/sales/daily_sales', 'source_uri=gs://shop/none.csv');
    expect(isCompleted).toBe(false);
    expect(said).toContain("FAILED at step 'load_orders'");
    expect(said).toContain('gs://shop/none.csv');
  });

  it('incremental work comes to what the whole would be', async () => {
    const rows = (sql: string) => query(cloud.bigquery, tenantId, sql);
    for (const day of [1, 2]) {
      const parameters = [`day=2026-03-0${day}`, `source_uri=gs://orders/${day}.csv`];
      expect((await pipeline('shop/orders/changes', ...parameters)).isCompleted).toBe(true);
      expect(await rows(ordersNow)).toEqual(await rows(ordersAnew));
    }
    expect(await rows('SELECT COUNT(*) AS n FROM order_log')).toEqual([{ n: 300 }]);
  });

  it('a run is followed to its end by its events, and each was counted once', async () => {
    const { run_id: runId } = await apiOf(cloud.url, { apiKey }).startRun(tenantId, 'gcp/example/dryrun');
    const stream = await openEvents(`${cloud.url}/api/v1/pipelines/runs/${runId}/events`, withKey(apiKey));
    const events = await stream.rest();
    expect(events[0]).toMatchObject({ event: 'run', data: { run_id: runId } });
    expect(events.at(-1)).toMatchObject({ event: 'end', data: { run_id: runId, status: 'COMPLETED' } });
    const counters = 'pipeline_runs_count AS n, current_running_pipelines AS running';
    expect(await query(cloud.bigquery, tenantId, `SELECT ${counters} FROM tenants`)).toEqual([
      { n: 5, running: 0 },
    ]);
  });

  it('past days are run again, each once, and a backfill is known by its id', async () => {
    const given = ['shop/days/one_day', '--from', '2026-02-27', '--to', '2026-03-01'];
    const { exitCode, said } = await commandLine('backfill', ...given);
    const [, id = ''] = /^Backfill (op_\S+) of shop\/days\/one_day$/m.exec(said) ?? [];
    expect([exitCode, said.split('\n').at(-1)]).toEqual([0, 'done: 3 of 3 done']);
    const days = await query(cloud.bigquery, tenantId, 'SELECT STRING(day) AS day FROM days ORDER BY day');
    expect(days).toEqual([{ day: '2026-02-27' }, { day: '2026-02-28' }, { day: '2026-03-01' }]);
    for (const word of ['show', 'follow', 'pause', 'resume', 'cancel']) {
      expect(await commandLine(word, id)).toEqual({ exitCode: 0, said: 'done: 3 of 3 done' });
    }
    expect(await commandLine('backfill', ...given, '--parameter', 'nope')).toMatchObject({ exitCode: 2 });
  });

  it('what is wrong is refused before it costs anything', async () => {
    const path = `/api/v1/pipelines/run/${tenantId}/gcp/example/dryrun`;
    const send = (request: Partial<RawRequest>) =>
      rawRequest(Number(new URL(cloud.url).port), { method: 'POST', path, ...request });
    const json = { 'Content-Type': 'application/json' };
    const right = { ...json, ...withKey(apiKey) };
    const answers = await Promise.all([
      // Without a key the body is not waited for.
      send({ headers: { ...json, 'Content-Length': '1000' }, endsEarly: true }),
      send({ headers: { ...right, 'Content-Type': 'text/plain' }, body: '{}' }),
      send({ headers: right, path: `${path}?dryrun=true` }),
      send({ headers: right, body: '{"__proto__":1}' }),
      send({ method: 'OPTIONS' }),
      send({ method: 'HEAD', path: '/api/v1/pipelines', headers: right }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 415, 400, 400, 204, 200]);
    expect(answers[4]?.headers.allow).toBe('POST, OPTIONS');
    expect(answers[5]?.text).toBe('');
    for (const { headers } of answers) expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('no key is in any line of the log', () => {
    expect(captured.text()).toContain('Run COMPLETED');
    for (const key of [apiKey, adminKey]) expect(captured.text()).not.toContain(key);
  });
});
