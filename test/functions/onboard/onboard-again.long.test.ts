// In short: ./onboard.test.ts
import { join } from 'node:path';
import { loadTables } from '../../../shared/definitions/tables';
import { call, onboard, query, startTestCloud, type TestCloud, withKey } from '../../support/local-cloud';
import { onboardingsOf } from '../support/onboardings';

const schemas = join(__dirname, '../../../schemas');

describe('Onboarding what is there already, in part or as a whole', () => {
  let cloud: TestCloud;
  beforeAll(async () => {
    cloud = await startTestCloud();
  });
  afterAll(() => cloud?.close());

  const { post, tenantRows, keyRows, dryrun } = onboardingsOf(() => cloud);

  it.each([
    ['its tenant row', (id: string) => query(cloud.bigquery, id, 'DELETE FROM tenants WHERE TRUE')],
    ['its tenants table', (id: string) => cloud.bigquery.dataset(id).table('tenants').delete()],
    [
      'its ledger and its keys',
      (id: string) =>
        Promise.all(
          ['pipeline_runs', 'api_keys', 'tenants'].map((name) =>
            cloud.bigquery.dataset(id).table(name).delete(),
          ),
        ),
    ],
    [
      'all tables',
      async (id: string) => {
        const [tables] = await cloud.bigquery.dataset(id).getTables();
        return Promise.all(tables.map((table) => table.delete()));
      },
    ],
  ])('is completed by the same call if it ended without %s', async (_what, remove) => {
    const tenantId = `half_${Math.random().toString(36).slice(2)}`;
    const abandonedKey = await onboard(cloud.url, tenantId);
    await remove(tenantId);
    const { status, body } = await post(tenantId);
    expect(status).toBe(201);
    expect(await dryrun(tenantId, String(body.api_key))).toMatchObject({ status: 'COMPLETED' });
    expect(await tenantRows(tenantId)).toMatchObject([{ pipeline_runs_count: 1 }]);
    // Only the key that was told at the end exists.
    expect(await keyRows(tenantId)).toMatchObject([{ key_id: body.api_key_id }]);
    const path = `/api/v1/tenants/${tenantId}`;
    expect(await call(cloud.url, 'GET', path, { headers: withKey(abandonedKey) })).toMatchObject({
      status: 401,
    });
  });

  it('adds missing columns to an unfinished tenant’s table', async () => {
    const definition = loadTables(schemas).find(({ name }) => name === 'step_logs');
    const fields = definition?.schema.fields ?? [];
    const required = fields.filter(({ mode }) => mode === 'REQUIRED');
    expect(fields.length).toBeGreaterThan(required.length);
    await cloud.bigquery.createDataset('older', { labels: { 'managed-by': 'tenant-pipelines' } });
    const table = cloud.bigquery.dataset('older').table('step_logs');
    await table.create({ schema: { fields: structuredClone(required) } });
    expect((await post('older')).status).toBe(201);
    const [{ schema }] = await table.getMetadata();
    const names = (list: readonly { name: string }[]) => list.map(({ name }) => name).sort();
    expect(names(schema.fields)).toEqual(names(fields));
  });

  it('with force_recreate_tables keeps own tables, starts usage from 0, drops the old key', async () => {
    const oldKey = await onboard(cloud.url, 'anew_tables');
    await dryrun('anew_tables', oldKey);
    await query(cloud.bigquery, 'anew_tables', 'CREATE TABLE own AS SELECT 1 AS x');
    const { status, body } = await post('anew_tables', { force_recreate_tables: true, company_name: 'Anew' });
    expect(status).toBe(201);
    expect(await tenantRows('anew_tables')).toMatchObject([{ company_name: 'Anew', pipeline_runs_count: 0 }]);
    expect(await query(cloud.bigquery, 'anew_tables', 'SELECT * FROM own')).toEqual([{ x: 1 }]);
    expect(await keyRows('anew_tables')).toHaveLength(1);
    expect(await query(cloud.bigquery, 'anew_tables', 'SELECT * FROM pipeline_runs')).toEqual([]);
    expect(await dryrun('anew_tables', String(body.api_key))).toMatchObject({ status: 'COMPLETED' });
  });

  it('with force_recreate_dataset deletes everything, and moves the tenant if asked', async () => {
    await onboard(cloud.url, 'anew_dataset', { location: 'US' });
    await query(cloud.bigquery, 'anew_dataset', 'CREATE TABLE own AS SELECT 1 AS x');
    const { status, body } = await post('anew_dataset', { force_recreate_dataset: true, location: 'EU' });
    expect({ status, location: body.location }).toEqual({ status: 201, location: 'EU' });
    const [tables] = await cloud.bigquery.dataset('anew_dataset').getTables();
    expect(tables.map(({ id }) => id)).not.toContain('own');
    expect(await dryrun('anew_dataset', String(body.api_key))).toMatchObject({ status: 'COMPLETED' });
  });

  it('with a force flag works for a tenant that does not exist yet', async () => {
    expect((await post('forced_new_1', { force_recreate_dataset: true })).status).toBe(201);
    expect((await post('forced_new_2', { force_recreate_tables: true })).status).toBe(201);
  });

  it('succeeds for exactly one of several calls at once, and its key works', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => post('contested')));
    const won = answers.filter(({ status }) => status === 201);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
    const body = won[0]?.body ?? {};
    expect(await dryrun('contested', String(body.api_key))).toMatchObject({ status: 'COMPLETED' });
    expect(await tenantRows('contested')).toHaveLength(1);
    const valid = 'SELECT key_id FROM api_keys WHERE revoked_at IS NULL';
    expect(await query(cloud.bigquery, 'contested', valid)).toEqual([{ key_id: body.api_key_id }]);
  });

  it.each([
    ['', {}],
    [', even when forced to recreate it', { force_recreate_dataset: true }],
    [', even when forced to recreate tables', { force_recreate_tables: true }],
  ])('leaves somebody else’s dataset alone%s', async (_what, flags) => {
    const id = `theirs_${Object.keys(flags).join('_')}`;
    await cloud.bigquery.createDataset(id, { labels: { team: 'finance' } });
    await query(cloud.bigquery, id, 'CREATE TABLE tenants AS SELECT 42 AS answer');
    const { status, body } = await post(id, flags);
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'tenant_exists' });
    const [tables] = await cloud.bigquery.dataset(id).getTables();
    expect(tables.map((table) => table.id)).toEqual(['tenants']);
    expect(await query(cloud.bigquery, id, 'SELECT * FROM tenants')).toEqual([{ answer: 42 }]);
    const [metadata] = await cloud.bigquery.dataset(id).getMetadata();
    expect(metadata.labels).toEqual({ team: 'finance' });
  });
});
