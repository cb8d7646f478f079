import { itAtLength } from '../../support/cases/at-length';
import {
  call,
  endOfRun,
  onboard,
  query,
  startTestCloud,
  type TestCloud,
  withKey,
} from '../../support/local-cloud';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver';
import { describeOffboarding } from './offboarding/offboarding-suite';
import { describeOwnScheduler } from './schedules/own-scheduler-suite';
import { describeSchedules } from './schedules/schedules-suite';
import { describeWebhooks } from './webhooks-suite';

describe('Tenant administration', () => {
  let receiver: WebhookReceiver;
  let cloud: TestCloud;
  beforeAll(async () => {
    receiver = await startWebhookReceiver();
    cloud = await startTestCloud({
      HTTP_STEP_LOCAL: `hooks.example.com=${receiver.url}`,
      EVENT_TYPES: '',
    });
  });
  afterAll(async () => {
    await cloud?.close();
    await receiver?.close();
    delete process.env.HTTP_STEP_LOCAL;
  });
  const ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    call(cloud.url, method, `/api/v1/tenants/${path}`, { body, headers: headers ?? {} });
  const run = (tenantId: string, apiKey: string) =>
    call(cloud.url, 'POST', `/api/v1/pipelines/run/${tenantId}/gcp/example/dryrun`, {
      headers: withKey(apiKey),
    });

  it('shows profile, quotas and usage to the tenant and to the administrator', async () => {
    const apiKey = await onboard(cloud.url, 'profile', { max_pipelines_per_month: 7, notes: 'n' });
    const { body: started } = await run('profile', apiKey);
    await endOfRun(cloud.url, apiKey, started.run_id);
    const { status, body } = await ask('GET', 'profile', undefined, withKey(apiKey));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      tenant_id: 'profile',
      company_name: 'Test Corporation',
      contact_email: 'admin@testcorp.com',
      subscription_tier: 'STARTER',
      is_active: true,
      suspended_at: null,
      suspension_reason: null,
      notes: 'n',
      quotas: { max_pipelines_per_month: 7, max_concurrent_pipelines: 5 },
      usage: {
        pipeline_runs_count: 1,
        pipeline_runs_this_month: 1,
        monthly_runs_left: 6,
        last_pipeline_run_at: expect.stringMatching(/Z$/),
        quota_reset_date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        next_reset_at: expect.stringMatching(/^\d{4}-\d\d-01T00:00:00\.000Z$/),
      },
      active_runs_count: expect.any(Number),
    });
    expect((await ask('GET', 'profile')).body).toMatchObject({ tenant_id: 'profile' });
    expect(JSON.stringify(body)).not.toContain(apiKey);
  });

  it('changes name, contact and notes; null takes one of the last two away', async () => {
    await onboard(cloud.url, 'renamed', { notes: 'n' });
    const change = async (body: unknown) => (await ask('PATCH', 'renamed', body)).body;
    expect(await change({ company_name: ' Acme & Sons ' })).toMatchObject({
      company_name: 'Acme & Sons',
      contact_email: 'admin@testcorp.com',
      notes: 'n',
    });
    const rest = { contact_email: null, notes: null };
    expect(await change(rest)).toMatchObject({ company_name: 'Acme & Sons', ...rest });
    expect((await ask('PATCH', 'nobody', { notes: 'x' })).status).toBe(404);
    // What a statement tells is told free of charge, too.
    const queries = async () => {
      const [jobs] = await cloud.bigquery.getJobs({ maxResults: 1_000, projection: 'full' });
      const datasets = jobs.map(({ metadata }) => metadata.configuration?.query?.defaultDataset?.datasetId);
      return datasets.filter((dataset) => dataset === 'renamed').length;
    };
    const before = await queries();
    const byStatement = await change(rest);
    const sent = await queries();
    expect(sent).toBeGreaterThan(before);
    expect((await ask('GET', 'renamed')).body).toEqual(byStatement);
    expect((await ask('GET', 'nobody')).status).toBe(404);
    expect(await queries()).toBe(sent);
  });

  it('tells a tenant what is kept of it and where, without secrets', async () => {
    const apiKey = await onboard(cloud.url, 'kept', { location: 'EU' });
    await run('kept', apiKey);
    const { status, body } = await ask('GET', 'kept/export', undefined, withKey(apiKey));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      tenant: { tenant_id: 'kept', contact_email: 'admin@testcorp.com' },
      api_keys: [{ name: 'onboarding', last_four: apiKey.slice(-4) }],
      dataset: { dataset_id: 'kept', location: 'EU' },
      tables: expect.arrayContaining([
        expect.objectContaining({ table_id: 'tenants', type: 'TABLE', rows: 1 }),
      ]),
    });
    expect(JSON.stringify(body)).not.toContain(apiKey);
    expect((await ask('GET', 'nobody/export')).status).toBe(404);
  });

  itAtLength('changes either quota, the tier, or all of them; null is unlimited', async () => {
    await onboard(cloud.url, 'quotas');
    const change = async (body: unknown) => {
      const answer = await ask('PATCH', 'quotas/quotas', body);
      expect(answer.status).toBe(200);
      const { body: shown } = await ask('GET', 'quotas');
      expect(shown).toMatchObject({
        quotas: answer.body.quotas,
        subscription_tier: answer.body.subscription_tier,
      });
      const { max_pipelines_per_month, max_concurrent_pipelines, max_bytes_billed_per_month } = Object(
        shown.quotas,
      );
      expect(max_bytes_billed_per_month).toBe(Object(body).max_bytes_billed_per_month ?? null);
      return [shown.subscription_tier, max_pipelines_per_month, max_concurrent_pipelines];
    };
    expect(await change({ max_pipelines_per_month: 10 })).toEqual(['STARTER', 10, 5]);
    expect(await change({ max_bytes_billed_per_month: 5_000 })).toEqual(['STARTER', 10, 5]);
    expect(await change({ max_concurrent_pipelines: null, max_bytes_billed_per_month: null })).toEqual([
      'STARTER',
      10,
      null,
    ]);
    expect(await change({ max_pipelines_per_month: null, max_concurrent_pipelines: 0 })).toEqual([
      'STARTER',
      null,
      0,
    ]);
    expect(await change({ subscription_tier: 'ENTERPRISE' })).toEqual(['ENTERPRISE', null, null]);
    expect(await change({ subscription_tier: 'STARTER', max_pipelines_per_month: null })).toEqual([
      'STARTER',
      null,
      5,
    ]);
  });

  it('tells what each tier gives, as an onboarding takes it', async () => {
    const { status, body } = await call(cloud.url, 'GET', '/api/v1/tiers');
    expect(status).toBe(200);
    const { tier, alert_at_percent, ...quotas } = Object(Object(body.tiers)[1]);
    expect([tier, alert_at_percent]).toEqual(['STARTER', [80, 100]]);
    await onboard(cloud.url, 'of_tier', { subscription_tier: tier });
    expect((await ask('GET', 'of_tier')).body).toMatchObject({ quotas: { ...quotas, alert_at_percent } });
  });

  itAtLength('tells which own quotas a tier overwrites, or keeps them', async () => {
    await onboard(cloud.url, 'overrides', { max_pipelines_per_month: 700 });
    const change = async (body: unknown) => (await ask('PATCH', 'overrides/quotas', body)).body;
    expect(await change({ max_bytes_billed_per_month: 9 })).toMatchObject({ overwritten: {} });
    // As a row of before there were queues: it has the tier's, which is none, and so not a queue of its own.
    await query(cloud.bigquery, 'overrides', 'UPDATE tenants SET max_queued_pipelines = NULL WHERE TRUE');
    expect((await ask('GET', 'overrides')).body).toMatchObject({ quotas: { max_queued_pipelines: 0 } });
    const keep = { subscription_tier: 'PROFESSIONAL', keep_overrides: true };
    expect(await change(keep)).toMatchObject({
      subscription_tier: 'PROFESSIONAL',
      quotas: {
        max_pipelines_per_month: 700,
        max_concurrent_pipelines: 10,
        max_bytes_billed_per_month: 9,
        max_queued_pipelines: 0,
      },
      overwritten: {},
    });
    // So it takes the next tier's queue.
    const stored = await query(cloud.bigquery, 'overrides', 'SELECT max_queued_pipelines FROM tenants');
    expect(stored).toEqual([{ max_queued_pipelines: 0 }]);
    expect(await change({ max_queued_pipelines: 20 })).toMatchObject({
      quotas: { max_queued_pipelines: 20 },
    });
    expect(await change(keep)).toMatchObject({ quotas: { max_queued_pipelines: 20 }, overwritten: {} });
    const given = { subscription_tier: 'FREE', max_bytes_billed_per_month: 8 };
    expect(await change(given)).toMatchObject({
      quotas: {
        max_pipelines_per_month: 100,
        max_concurrent_pipelines: 5,
        max_bytes_billed_per_month: 8,
        max_queued_pipelines: 0,
      },
      overwritten: {
        max_pipelines_per_month: { from: 700, to: 100 },
        max_queued_pipelines: { from: 20, to: 0 },
      },
    });
    expect((await ask('PATCH', 'overrides/quotas', { keep_overrides: true })).status).toBe(400);
  });

  it('changes only the version that If-Match names, and tells If-None-Match of none that is known', async () => {
    const apiKey = await onboard(cloud.url, 'versions');
    const tagOf = ({ headers }: { headers: Headers }) => headers.get('etag') ?? '';
    const first = tagOf(await ask('GET', 'versions'));
    expect(first).toMatch(/^".+-0"$/);
    const changed = await ask(
      'PATCH',
      'versions/quotas',
      { max_pipelines_per_month: 7 },
      { 'If-Match': first },
    );
    expect(changed.status).toBe(200);
    const second = tagOf(changed);
    for (const [path, body] of [
      ['versions/quotas', { max_pipelines_per_month: 8 }],
      ['versions', { notes: 'x' }],
    ] as const) {
      const late = await ask('PATCH', path, body, { 'If-Match': `${first}, W/${second}` });
      expect(late).toMatchObject({ status: 412, body: { code: 'precondition_failed' } });
      expect(tagOf(late)).toBe(second);
    }
    // Runs move counters, which are no part of it.
    expect((await run('versions', apiKey)).status).toBe(202);
    const known = await ask('GET', 'versions', undefined, { 'If-None-Match': `W/${second}` });
    expect([known.status, known.body, tagOf(known)]).toEqual([304, {}, second]);
    expect((await ask('PATCH', 'versions', { notes: 'y' }, { 'If-Match': `"x", ${second}` })).status).toBe(
      200,
    );
    const suspended = await ask('POST', 'versions/suspend', { reason: 'unpaid' });
    const { body } = await ask('GET', 'versions', undefined, { 'If-None-Match': second });
    expect(body).toMatchObject({ quotas: { max_pipelines_per_month: 7 }, notes: 'y' });
    expect(new Set([first, second, tagOf(suspended)]).size).toBe(3);
    expect((await ask('PATCH', 'versions', { notes: 'z' }, { 'If-Match': '2' })).status).toBe(400);
    expect((await ask('PATCH', 'nobody', { notes: 'z' }, { 'If-Match': first })).status).toBe(404);
  });

  it('changes a quota with effect on the next run', async () => {
    const apiKey = await onboard(cloud.url, 'next_run', { max_pipelines_per_month: 0 });
    expect((await run('next_run', apiKey)).status).toBe(429);
    await ask('PATCH', 'next_run/quotas', { max_pipelines_per_month: 1 });
    expect((await run('next_run', apiKey)).status).toBe(202);
    expect((await run('next_run', apiKey)).body.detail).toContain('Used 1/1.');
    await ask('PATCH', 'next_run/quotas', { max_pipelines_per_month: null });
    expect((await run('next_run', apiKey)).status).toBe(202);
    // Below what is used: no further run is admitted, and none is taken back.
    await ask('PATCH', 'next_run/quotas', { max_pipelines_per_month: 1 });
    expect((await run('next_run', apiKey)).body.detail).toContain('Used 2/1.');
  });

  it('suspends and activates with effect on the next run', async () => {
    const apiKey = await onboard(cloud.url, 'suspended');
    const suspended = await ask('POST', 'suspended/suspend', { reason: 'unpaid' });
    expect(suspended).toMatchObject({
      status: 200,
      body: { is_active: false, suspension_reason: 'unpaid', suspended_at: expect.stringMatching(/Z$/) },
    });
    const refused = await run('suspended', apiKey);
    expect(refused).toMatchObject({
      status: 403,
      body: {
        code: 'tenant_inactive',
        detail: 'Tenant account is inactive. Contact support to reactivate.',
      },
    });
    const told = 'Invoice 17 is not paid.';
    const again = await ask('POST', 'suspended/suspend', { reason: 'still unpaid', public_reason: told });
    expect((await run('suspended', apiKey)).body.detail).toBe(
      `Tenant account is inactive. Contact support to reactivate. ${told}`,
    );
    expect((await ask('GET', 'suspended', undefined, withKey(apiKey))).body).toMatchObject({
      suspension_reason: null,
      suspension_public_reason: told,
    });
    expect(again.body).toMatchObject({
      suspension_reason: 'still unpaid',
      suspended_at: suspended.body.suspended_at,
    });
    const activated = await ask('POST', 'suspended/activate');
    expect(activated).toMatchObject({
      status: 200,
      body: {
        is_active: true,
        suspended_at: null,
        suspension_reason: null,
        usage: { pipeline_runs_count: 0 },
      },
    });
    expect((await run('suspended', apiKey)).status).toBe(202);
    expect((await ask('POST', 'suspended/activate')).status).toBe(200);
  });

  itAtLength('lets a suspended tenant’s run in flight end, and counts it', async () => {
    const apiKey = await onboard(cloud.url, 'in_flight');
    const { body } = await run('in_flight', apiKey);
    await ask('POST', 'in_flight/suspend', { reason: 'unpaid' });
    expect(await endOfRun(cloud.url, apiKey, body.run_id)).toMatchObject({ status: 'COMPLETED' });
  });

  describeWebhooks(() => ({ cloud, receiver }));
  describeSchedules(() => cloud);
  describeOwnScheduler(() => cloud);
  describeOffboarding(() => cloud);
});
