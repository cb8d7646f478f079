import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadTables } from '../../../shared/definitions/tables';
import { hashApiKey, tenantOfApiKey } from '../../../shared/tenants/rules/api-key';
import { casesInShort, itAtLength } from '../../support/cases/at-length';
import { call, onboard, startTestCloud, type TestCloud } from '../../support/local-cloud';
import { onboardingsOf } from '../support/onboardings';

const schemas = join(__dirname, '../../../schemas');

describe('Onboarding', () => {
  let cloud: TestCloud;
  beforeAll(async () => {
    cloud = await startTestCloud();
  });
  afterAll(() => cloud?.close());

  const { post, tenantRows, keyRows, dryrun } = onboardingsOf(() => cloud);

  it('creates dataset, tables, tenant row and key, and answers 201', async () => {
    const { status, headers, body } = await post('testcorp_001', {
      max_pipelines_per_month: 100,
      max_concurrent_pipelines: 3,
      max_queued_pipelines: 5_000,
      location: 'EU',
      notes: 'the first',
    });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe('/api/v1/tenants/testcorp_001');
    expect(headers.get('cache-control')).toBe('no-store');
    const names = loadTables(schemas).map(({ name }) => name);
    expect(body).toEqual({
      tenant_id: 'testcorp_001',
      dataset: 'testcorp_001',
      location: 'EU',
      tables: names,
      subscription_tier: 'STARTER',
      max_pipelines_per_month: 100,
      max_concurrent_pipelines: 3,
      max_bytes_billed_per_month: null,
      max_queued_pipelines: 5_000,
      is_active: true,
      api_key: expect.stringMatching(/^testcorp_001_api_[0-9A-Za-z]{30}$/),
      api_key_id: expect.any(String),
      created_at: expect.stringMatching(/Z$/),
      dryrun_status: 'COMPLETED',
      dryrun_error: null,
    });
    expect(tenantOfApiKey(String(body.api_key))).toBe('testcorp_001');

    const dataset = cloud.bigquery.dataset('testcorp_001');
    const [metadata] = await dataset.getMetadata();
    expect(metadata).toMatchObject({ location: 'EU', labels: { 'managed-by': 'tenant-pipelines' } });
    const [tables] = await dataset.getTables();
    expect(tables.map(({ id }) => id).sort()).toEqual([...names].sort());
    for (const { name, schema } of loadTables(schemas)) {
      const [{ schema: made }] = await dataset.table(name).getMetadata();
      expect(made.fields.map((field: { name: string }) => field.name)).toEqual(
        schema.fields.map((field) => field.name),
      );
    }
    expect(await tenantRows('testcorp_001')).toEqual([
      expect.objectContaining({
        tenant_id: 'testcorp_001',
        company_name: 'Test Corporation',
        contact_email: 'admin@testcorp.com',
        is_active: true,
        max_pipelines_per_month: 100,
        max_concurrent_pipelines: 3,
        max_queued_pipelines: 5_000,
        pipeline_runs_count: 0,
        pipeline_runs_this_month: 0,
        current_running_pipelines: 0,
        last_pipeline_run_at: null,
        notes: 'the first',
        active_runs: [],
      }),
    ]);
    expect(await dryrun('testcorp_001', String(body.api_key))).toMatchObject({ status: 'COMPLETED' });
  });

  it('needs an id and a name only: no e-mail address, and the tier FREE', async () => {
    const { status, body } = await call(cloud.url, 'POST', '/api/v1/customers/onboard', {
      body: { tenant_id: 'least_001', company_name: 'X' },
    });
    const quotas = { max_pipelines_per_month: 100, max_concurrent_pipelines: 5, max_queued_pipelines: 0 };
    expect({ status, body }).toMatchObject({ status: 201, body: { subscription_tier: 'FREE', ...quotas } });
    expect(await tenantRows('least_001')).toMatchObject([
      { company_name: 'X', contact_email: null, subscription_tier: 'FREE', ...quotas },
    ]);
    const shown = await call(cloud.url, 'GET', '/api/v1/tenants/least_001');
    expect(shown.body).toMatchObject({ contact_email: null, subscription_tier: 'FREE', quotas });
    expect(await dryrun('least_001', String(body.api_key))).toMatchObject({ status: 'COMPLETED' });
  });

  it.each(
    casesInShort<readonly [string, number | null, number | null]>(3, [
      ['FREE', 100, 5],
      ['STARTER', 500, 5],
      ['PROFESSIONAL', 2000, 10],
      ['ENTERPRISE', null, null],
    ]),
  )('gives tier %s its quotas', async (subscription_tier, monthly, concurrent) => {
    const tenantId = `tier_${subscription_tier}`;
    const quotas = { max_pipelines_per_month: monthly, max_concurrent_pipelines: concurrent };
    expect((await post(tenantId, { subscription_tier })).body).toMatchObject(quotas);
    expect(await tenantRows(tenantId)).toMatchObject([{ subscription_tier, ...quotas }]);
  });

  itAtLength('takes null as unlimited, 0 as none, and the tier’s value for what is left out', async () => {
    await post('explicit_null', { subscription_tier: 'FREE', max_pipelines_per_month: null });
    expect(await tenantRows('explicit_null')).toMatchObject([
      { max_pipelines_per_month: null, max_concurrent_pipelines: 5 },
    ]);
    await post('explicit_zero', { max_concurrent_pipelines: 0 });
    expect(await tenantRows('explicit_zero')).toMatchObject([
      { max_pipelines_per_month: 500, max_concurrent_pipelines: 0 },
    ]);
  });

  it('stores only the key’s SHA-256: its text is nowhere on disk', async () => {
    const apiKey = await onboard(cloud.url, 'hashed_only');
    expect(await keyRows('hashed_only')).toMatchObject([
      { key_hash: hashApiKey(apiKey), name: 'onboarding' },
    ]);
    const secret = apiKey.slice('hashed_only_api_'.length);
    const holding = (text: string) =>
      filesUnder(cloud.dataDirectory).filter((file) => readFileSync(file).includes(text));
    expect(holding(hashApiKey(apiKey)).length).toBeGreaterThan(0);
    expect(holding(secret)).toEqual([]);
  });

  it('refuses an existing tenant, and touches nothing', async () => {
    const apiKey = await onboard(cloud.url, 'existing');
    await dryrun('existing', apiKey);
    const before = [await tenantRows('existing'), await keyRows('existing')];
    const again = await post('existing', { company_name: 'Another', max_pipelines_per_month: 1 });
    expect(again).toMatchObject({ status: 409, body: { code: 'tenant_exists' } });
    expect(again.headers.get('content-type')).toBe('application/problem+json');
    expect([await tenantRows('existing'), await keyRows('existing')]).toEqual(before);
    expect(await dryrun('existing', apiKey)).toMatchObject({ status: 'COMPLETED' });
  });

  itAtLength('refuses an id that differs from a tenant’s by case only, and makes nothing', async () => {
    await onboard(cloud.url, 'Two_Cases');
    for (const flags of [{}, { force_recreate_dataset: true }]) {
      expect(await post('two_cases', flags)).toMatchObject({
        status: 409,
        body: { code: 'tenant_exists', detail: expect.stringContaining("'Two_Cases'") },
      });
    }
    expect(await cloud.bigquery.dataset('two_cases').exists()).toEqual([false]);
    // Two that are there already keep working.
    await cloud.bigquery.createDataset('two_cases', { labels: { 'managed-by': 'tenant-pipelines' } });
    expect((await post('two_cases')).status).toBe(201);
    expect((await post('Two_Cases', { force_recreate_tables: true })).status).toBe(201);
  });
});

const filesUnder = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
