// In short: ./tenants.test.ts
import { randomUUID } from 'node:crypto';
import { call, onboard, query, startTestCloud, type TestCloud, withKey } from '../../support/local-cloud';

const count = 5_000;
/** In an hour, so that they are never too old: the local cloud's scheduler calls reconcile. */
const admittedAt = (index: number) => new Date(Date.now() + 3_600_000 + index).toISOString();

describe('A tenant with 5,000 runs in flight', () => {
  let cloud: TestCloud;
  let apiKey: string;
  const runIds = Array.from({ length: count }, () => randomUUID());

  beforeAll(async () => {
    // A row of that size leaves an engine large.
    cloud = await startTestCloud({}, undefined, { hasOwnServers: true });
    apiKey = await onboard(cloud.url, 'many', { max_concurrent_pipelines: null });
    const [row = {}] = await query(cloud.bigquery, 'many', 'SELECT onboarding_id FROM tenants');
    // By streaming: no statement has to make the row.
    await query(cloud.bigquery, 'many', 'DELETE FROM tenants WHERE TRUE');
    const now = new Date().toISOString();
    const json = {
      tenant_id: 'many',
      company_name: 'Many',
      subscription_tier: 'STARTER',
      is_active: true,
      pipeline_runs_count: count,
      pipeline_runs_this_month: count,
      current_running_pipelines: count,
      quota_reset_date: now.slice(0, 10),
      created_at: now,
      updated_at: now,
      onboarding_id: row.onboarding_id,
      active_runs: runIds.map((run_id, index) => ({
        run_id,
        pipeline: 'gcp/example/dryrun',
        parameters: JSON.stringify({ text: 'x'.repeat(200) }),
        trigger: 'api',
        request_hash: 'x'.repeat(64),
        actor_kind: 'key',
        actor: randomUUID(),
        address: '2001:db8:1111:2222:3333:4444:5555:6666',
        request_id: randomUUID().replaceAll('-', ''),
        admitted_at: admittedAt(index),
        lease_expires_at: new Date(Date.now() + 7_200_000).toISOString(),
      })),
    };
    await cloud.bigquery.dataset('many').table('tenants').insert([{ json }], { raw: true });
  });
  afterAll(() => cloud?.close());

  const ask = (method: string, path: string, body?: unknown) =>
    call(cloud.url, method, `/api/v1/tenants/many${path}`, { body });
  const profile = {
    tenant_id: 'many',
    usage: { pipeline_runs_count: count, current_running_pipelines: count },
    active_runs_count: count,
  };

  it.each([
    ['GET', '', undefined],
    ['PATCH', '/quotas', { max_pipelines_per_month: null }],
    ['POST', '/suspend', { reason: 'unpaid' }],
    ['POST', '/activate', undefined],
  ])('%s /api/v1/tenants/many%s tells how many, and lists the oldest 100', async (method, path, body) => {
    const answer = await ask(method, path, body);
    expect([answer.status, answer.body.code]).toEqual([200, undefined]);
    expect(answer.body).toMatchObject(profile);
    const listed = Array.isArray(answer.body.active_runs) ? answer.body.active_runs : [];
    expect(listed.map(({ run_id }) => run_id)).toEqual(runIds.slice(0, 100));
  });

  it('gets further keys, and an onboarding of its id is refused as ever', async () => {
    expect((await ask('POST', '/api-keys', {})).status).toBe(201);
    expect(
      await call(cloud.url, 'POST', '/api/v1/customers/onboard', {
        body: { tenant_id: 'many', company_name: 'Many' },
      }),
    ).toMatchObject({ status: 409, body: { code: 'tenant_exists' } });
  });

  it('lists all of them page by page, and counts them in its usage', async () => {
    const page = await call(cloud.url, 'GET', '/api/v1/pipelines/runs?status=ADMITTED&limit=200', {
      headers: withKey(apiKey),
    });
    expect(page).toMatchObject({ status: 200, body: { next_cursor: expect.any(String) } });
    expect(Array.isArray(page.body.runs) && page.body.runs.length).toBe(200);
    expect(await ask('GET', '/usage')).toMatchObject({
      status: 200,
      body: { total: { runs: count, runs_by_status: { ADMITTED: count } } },
    });
  });
});
