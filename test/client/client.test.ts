import { ApiProblem, type Client, createClient, type RunEvent } from '../../client';
import {
  adminKey,
  eventually,
  onboard,
  startTestCloud,
  type TestCloud,
  whenQuiet,
} from '../support/local-cloud';

const tenant = 'client_demo';
const dryrun = 'gcp/example/dryrun';

describe('The client of the HTTP interface', () => {
  let cloud: TestCloud;
  let api: Client;
  let admin: Client;
  beforeAll(async () => {
    cloud = await startTestCloud({ ADMIN_API_KEY: adminKey });
    admin = createClient({ baseUrl: cloud.url, adminKey });
    const apiKey = await onboard(cloud.url, tenant, { max_pipelines_per_month: 4 });
    api = createClient({ baseUrl: `${cloud.url}/`, apiKey });
  });
  afterAll(() => cloud?.close());

  it('starts a run, follows its events to the end, and shows it', async () => {
    const { run_id: runId, status } = await api.startRun(tenant, dryrun);
    expect(status).toBe('ADMITTED');
    const events: RunEvent[] = [];
    for await (const event of api.followRun(runId)) events.push(event);
    expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(['run', 'step', 'end']));
    const last = events.at(-1);
    expect(last?.event === 'end' && last.data.status).toBe('COMPLETED');
    const run = await api.waitForRun(runId);
    expect(run).toMatchObject({ run_id: runId, status: 'COMPLETED', steps: [{ status: 'COMPLETED' }] });
  });

  it('gives a run its key, so that the same start is the same run', async () => {
    const options = { idempotencyKey: 'costs-2026-10' };
    const first = await api.startRun(tenant, dryrun, options);
    expect((await api.startRun(tenant, dryrun, options)).run_id).toBe(first.run_id);
    expect((await api.startRun(tenant, dryrun)).run_id).not.toBe(first.run_id);
    await whenQuiet(cloud.bigquery, tenant);
  });

  it('goes from page to page by itself', async () => {
    const runs: string[] = [];
    for await (const { run_id } of api.eachRun({ status: 'COMPLETED', limit: 1 })) runs.push(run_id);
    expect(new Set(runs).size).toBe(3);
    // They are streamed beside the ledger, and may come a moment later.
    const ofAll = await eventually('the runs in all_runs', async () => {
      const found: string[] = [];
      for await (const { run_id } of admin.eachRunOfAllTenants({ tenant, limit: 1 })) found.push(run_id);
      return found.length < runs.length ? undefined : found;
    });
    expect(ofAll).toEqual(runs);
    await onboard(cloud.url, 'client_other');
    const tenants: string[] = [];
    for await (const { tenant_id } of admin.eachTenant()) tenants.push(tenant_id);
    expect(tenants).toEqual([tenant, 'client_other']);
  });

  it('follows an operation to its end, an admin and a tenant', async () => {
    const body = { pipeline: 'gcp/example/*', reason: 'For the test' };
    const started = [
      await admin.call('bulkCancelRuns', { body }),
      await api.call('bulkCancelTenantRuns', { path: { tenant }, body }),
    ];
    for (const [index, operation] of started.entries()) {
      if (!('operation_id' in operation)) throw new Error('Nothing was started');
      const { operation_id } = operation;
      const of = index === 0 ? admin : api;
      expect(await of.waitForOperation(operation, { pauseMs: 20 })).toMatchObject({
        operation_id,
        tenant_id: index === 0 ? null : tenant,
        state: 'done',
        total: 0,
      });
      const states: string[] = [];
      for await (const { state } of of.followOperation(operation)) states.push(state);
      expect(states).toEqual(['done']);
    }
  });

  it('makes any other call by its operation, and throws what is refused as a typed problem', async () => {
    const { quotas, usage } = await admin.call('showTenant', { path: { tenant } });
    expect([quotas.max_pipelines_per_month, usage.monthly_runs_left]).toEqual([4, 1]);
    expect((await api.call('listPipelines')).pipelines.map(({ pipeline }) => pipeline)).toContain(dryrun);
    await admin.call('changeQuotas', { path: { tenant }, body: { max_pipelines_per_month: 3 } });
    const refused = await api.startRun(tenant, dryrun).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiProblem);
    expect(refused).toMatchObject({
      status: 429,
      code: 'monthly_quota_exceeded',
      requestId: expect.stringMatching(/^[0-9a-f]{32}$/),
      retryAfterSeconds: expect.any(Number),
      problem: { title: 'Monthly quota exceeded' },
    });
    const { api_key_id: keyId } = await admin.call('makeApiKey', { path: { tenant }, body: { name: 'x' } });
    const path = { tenant, key_id: keyId };
    expect(await admin.call('revokeApiKey', { path })).toBeUndefined();
  });
});
