// In short: ../../shared/runs/settle.test.ts
import { randomUUID } from 'node:crypto';
import { call, query, withKey } from '../../support/local-cloud';
import { type Backends, dryrun, startBackends } from '../support/backends';
import { type Instance, startReconcileInstance, startRunInstance } from '../support/instances';
import { type BigQueryProxy, startProxy } from '../support/proxy';

const count = 5_000;
/** Of them so many are old enough for reconcile to append. The local engine takes its time for each that is dropped. */
const dueOfMany = 20;

describe('A tenant with 5,000 outcomes that wait for the ledger', () => {
  let backends: Backends;
  let proxy: BigQueryProxy;
  let run: Instance;
  let apiKey: string;
  beforeAll(async () => {
    backends = await startBackends();
    proxy = await startProxy(backends.bigquery.url);
    run = await startRunInstance({ bigqueryUrl: proxy.url, admission: { budgetMs: 60_000 } });
    apiKey = await backends.onboard('behind');
    await fill('behind', count);
  });
  afterAll(async () => {
    await run?.close();
    await proxy?.close();
    await backends?.close();
  });

  /** Puts the tenant's row in anew with so many outcomes, by streaming: no statement has to make them. */
  async function fill(tenantId: string, count: number, due = dueOfMany): Promise<void> {
    const [row] = await query(backends.client, tenantId, 'SELECT onboarding_id FROM tenants');
    await query(backends.client, tenantId, 'DELETE FROM tenants WHERE TRUE');
    const now = new Date().toISOString();
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    const settled_runs = Array.from({ length: count }, (_, index) => ({
      run_id: randomUUID(),
      pipeline: dryrun,
      parameters: '{}',
      trigger: 'api',
      status: 'COMPLETED',
      admitted_at: now,
      started_at: now,
      ended_at: now,
      duration_ms: 0,
      recorded_at: index < due ? now : inAnHour,
    }));
    const json = {
      tenant_id: tenantId,
      is_active: true,
      pipeline_runs_count: count,
      pipeline_runs_this_month: count,
      current_running_pipelines: 0,
      bytes_billed_this_month: 0,
      quota_reset_date: now.slice(0, 10),
      created_at: now,
      updated_at: now,
      onboarding_id: row?.onboarding_id,
      settled_runs,
    };
    await backends.client.dataset(tenantId).table('tenants').insert([{ json }], { raw: true });
  }

  const start = (headers = {}) =>
    call(run.url, 'POST', `/api/v1/pipelines/run/behind/${dryrun}`, {
      headers: { ...withKey(apiKey), ...headers },
    });

  it('gets no run admitted, by either statement, until reconcile has brought some into the ledger', async () => {
    for (const headers of [{}, { 'Idempotency-Key': 'order-1' }]) {
      const answer = await start(headers);
      expect(answer).toMatchObject({
        status: 503,
        body: { code: 'unavailable', detail: expect.stringContaining('Nothing was started.') },
      });
      expect(answer.headers.get('retry-after')).toBe('60');
    }
    const asked = proxy.calls.flatMap(({ statement }) => (statement?.endsWith('-runs') ? [statement] : []));
    expect(asked).toEqual(['admit-runs', 'decide-runs', 'admit-keyed-runs', 'decide-keyed-runs']);
    expect(await backends.usage('behind')).toEqual({ ever: count, month: count, running: 0, slots: [] });

    const inTwoMinutes = () => new Date(Date.now() + 120_000);
    const reconcile = await startReconcileInstance({ bigqueryUrl: proxy.url, now: inTwoMinutes });
    expect((await call(reconcile.url, 'POST', '/')).body).toMatchObject({
      failed: 0,
      appended: dueOfMany,
      repaired: 0,
    });
    await reconcile.close();
    expect((await start()).status).toBe(202);
    expect((await start({ 'Idempotency-Key': 'order-1' })).status).toBe(202);
    expect(await backends.usage('behind')).toMatchObject({ ever: count + 2, month: count + 2, running: 2 });
    const waiting = await query(
      backends.client,
      'behind',
      'SELECT ARRAY_LENGTH(settled_runs) AS n FROM tenants',
    );
    expect(waiting).toEqual([{ n: count - dueOfMany }]);
  });

  it('has more dropped than one statement looks for', async () => {
    await backends.onboard('some');
    await fill('some', 201, 201);
    const inTwoMinutes = () => new Date(Date.now() + 120_000);
    const reconcile = await startReconcileInstance({ bigqueryUrl: backends.bigquery.url, now: inTwoMinutes });
    expect((await call(reconcile.url, 'POST', '/')).body).toMatchObject({ failed: 0, repaired: 0 });
    await reconcile.close();
    const left = await query(backends.client, 'some', 'SELECT ARRAY_LENGTH(settled_runs) AS n FROM tenants');
    expect(left).toEqual([{ n: 0 }]);
    expect(await backends.ledger('some')).toHaveLength(201);
  });
});
