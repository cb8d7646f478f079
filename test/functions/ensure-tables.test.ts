import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  call,
  endOfRun,
  onboard,
  query,
  startTestCloud,
  type TestCloud,
  withKey,
} from '../support/local-cloud';
import { rawRequest } from '../support/raw-request';
import { expectProblem } from './support/refusals';

const schemas = join(__dirname, '../../schemas');

describe('ensure-tables', () => {
  let cloud: TestCloud;
  let directory: string;
  beforeAll(async () => {
    // A later version of the definitions: one more table, one more column, one more field in a record.
    directory = mkdtempSync(join(tmpdir(), 'schemas-'));
    cpSync(schemas, directory, { recursive: true });
    changeTable('step_logs', (fields) => fields.push({ name: 'machine', type: 'STRING' }));
    writeFileSync(join(directory, 'tables/x_meta_audit.json'), JSON.stringify(audit(['who', 'why'])));
    cloud = await startTestCloud({}, directory);
  });
  afterAll(async () => {
    await cloud?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  interface Field {
    name: string;
    type: string;
    fields?: Field[];
  }
  const audit = (fields: string[]) => {
    const inner = fields.map((name) => ({ name, type: 'STRING', description: 'Of the test.' }));
    const record = { name: 'change', type: 'RECORD', mode: 'REPEATED', description: 'Of the test.' };
    return { description: 'Of the test.', schema: { fields: [{ ...record, fields: inner }] } };
  };
  const changeTable = (name: string, change: (fields: Field[]) => void) => {
    const file = join(directory, `tables/x_meta_${name}.json`);
    const table = JSON.parse(readFileSync(file, 'utf8'));
    change(table.schema.fields);
    writeFileSync(file, JSON.stringify(table));
  };
  const original = (name: string) =>
    JSON.parse(readFileSync(join(schemas, `tables/x_meta_${name}.json`), 'utf8'));

  /**
   * A tenant from before the change, with a column of its own. Its `tenants` lacks even what the last change
   * added.
   */
  const makeOlder = async (tenantId: string) => {
    const apiKey = await onboard(cloud.url, tenantId);
    const dataset = cloud.bigquery.dataset(tenantId);
    await dataset.table('dq_results').delete();
    await dataset.table('audit').delete();
    await dataset.createTable('audit', audit(['who']));
    await dataset.table('audit').insert([{ change: [{ who: 'me' }] }]);
    await dataset.table('step_logs').delete();
    const stepLogs = original('step_logs');
    stepLogs.schema.fields.push({ name: 'own_column', type: 'STRING' });
    await dataset.createTable('step_logs', stepLogs);
    const [[row]] = await dataset.table('tenants').getRows();
    await dataset.table('tenants').delete();
    const tenants = original('tenants');
    tenants.schema.fields = tenants.schema.fields.filter(({ name }: Field) => name !== 'withdrawn_runs');
    await dataset.createTable('tenants', tenants);
    const { withdrawn_runs: _, ...older } = row;
    await dataset.table('tenants').insert([older]);
    return apiKey;
  };
  const columns = async (tenantId: string, table: string) => {
    const [{ schema }] = await cloud.bigquery.dataset(tenantId).table(table).getMetadata();
    return schema.fields.map(({ name }: Field): string => name);
  };
  const base = () => `http://127.0.0.1:${cloud.functions['ensure-tables'].port}`;
  const ensure = () => call(base(), 'POST', '/');

  it('updates an older tenant’s tables, and a run succeeds afterwards', async () => {
    const apiKey = await makeOlder('older');
    await onboard(cloud.url, 'current');
    expect(await ensure()).toMatchObject({
      status: 200,
      body: { tenants: 2, changed: 4, failed: 0, left_over: 0 },
    });
    expect(await columns('older', 'step_logs')).toEqual([
      ...original('step_logs').schema.fields.map(({ name }: Field) => name),
      'own_column',
      'machine',
    ]);
    expect(await columns('older', 'tenants')).toContain('withdrawn_runs');
    expect(await query(cloud.bigquery, 'older', 'SELECT change FROM audit')).toEqual([
      { change: [{ who: 'me', why: null }] },
    ]);
    expect(await query(cloud.bigquery, 'older', 'SELECT * FROM dq_results')).toEqual([]);
    const { status, body } = await call(cloud.url, 'POST', '/api/v1/pipelines/run/older/gcp/example/dryrun', {
      headers: withKey(apiKey),
    });
    expect(status).toBe(202);
    expect(await endOfRun(cloud.url, apiKey, body.run_id)).toMatchObject({ status: 'COMPLETED' });
  });

  it('changes nothing the second time, nor when several run at once', async () => {
    await makeOlder('twice');
    const answers = await Promise.all([ensure(), ensure(), ensure()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const stamps = async () => {
      const [{ lastModifiedTime, etag }] = await cloud.bigquery
        .dataset('twice')
        .table('step_logs')
        .getMetadata();
      return { lastModifiedTime, etag };
    };
    const before = await stamps();
    expect((await ensure()).body).toMatchObject({ changed: 0, failed: 0 });
    expect(await stamps()).toEqual(before);
  });

  it('leaves other datasets and unfinished onboardings alone', async () => {
    await cloud.bigquery.createDataset('not_ours', { labels: { team: 'finance' } });
    await cloud.bigquery.createDataset('half_way', { labels: { 'managed-by': 'tenant-pipelines' } });
    expect((await ensure()).body).toMatchObject({ failed: 0 });
    for (const dataset of ['not_ours', 'half_way']) {
      expect((await cloud.bigquery.dataset(dataset).getTables())[0]).toEqual([]);
    }
  });

  it('names the tenant that it could not update, and updates the others', async () => {
    await makeOlder('served');
    await onboard(cloud.url, 'unserved');
    const table = cloud.bigquery.dataset('unserved').table('step_logs');
    await table.delete();
    // It lacks a column that BigQuery cannot add to an existing table.
    await table.create({ schema: { fields: [{ name: 'machine', type: 'STRING' }] } });
    const answer = await rawRequest(Number(new URL(base()).port), { method: 'POST', path: '/' });
    const problem = expectProblem(answer, '/', { status: 503, code: 'unavailable', detail: '1 of ' });
    expect(problem).toMatchObject({ failed: 1, changed: 4 });
    expect(await columns('served', 'step_logs')).toContain('machine');
    await cloud.bigquery.dataset('unserved').delete({ force: true });
  });

  it('can be called by the local scheduler; other methods are refused', async () => {
    const path = '/local/scheduler/ensure-tables:run';
    expect(await call(cloud.url, 'POST', path)).toMatchObject({ status: 200, body: { ok: true } });
    const got = await rawRequest(Number(new URL(base()).port), { method: 'GET', path: '/' });
    expectProblem(got, '/', { status: 405 });
  });
});
