import { isDue } from '../../functions/reconcile/due';
import { call, eventually, query } from '../support/local-cloud';
import { type Backends, dryrun, record, runTopic, startBackends } from './backends';
import { type Instance, startReconcileInstance, startWorkerInstance } from './instances';
import { type BigQueryProxy, startProxy, type Treatment } from './proxy';

const minutes = (count: number) => count * 60_000;

describe('Whether a run is due to be published again', () => {
  const rule = { startGraceMs: minutes(2), intervalMs: minutes(5) };

  const dueAt = (ages: readonly number[]) => ages.filter((age) => isDue(minutes(age), rule));

  it.each([
    // Ages in minutes at the calls of reconcile, and at which of them it is due: at the first two past 2, 4, 8, 16…
    [
      'calls in time',
      [0.5, 5.5, 10.5, 15.5, 20.5, 25.5, 30.5, 35.5, 40.5, 45.5],
      [5.5, 10.5, 15.5, 20.5, 25.5, 35.5, 40.5],
    ],
    ['of the grace’s age at a call', [2, 7, 12], [2, 7, 12]],
    ['a little younger', [1.99, 6.99], [6.99]],
    ['between two powers', [27, 29, 31.9], []],
    ['hours later', [127, 129, 137, 139], [129, 137]],
  ])('is told by its age: %s', (_what, ages, due) => {
    expect(dueAt(ages)).toEqual(due);
  });

  it('is so once or twice for each time the age doubles, and never before the grace is over', () => {
    for (let offset = 0; offset < 300; offset++) {
      const due = dueAt(Array.from({ length: 288 }, (_, call) => offset / 60 + 5 * call));
      expect(due[0]).toBeGreaterThanOrEqual(2);
      expect(due[0]).toBeLessThan(7);
      // A day is ten doublings of two minutes.
      expect(due.length).toBeLessThanOrEqual(2 * 10);
    }
  });

  it('does not depend on a single call: one that fails is made up for by the next', () => {
    for (let offset = 0; offset < 300; offset++) {
      for (let missed = 0; missed < 12; missed++) {
        const calls = Array.from({ length: 14 }, (_, call) => offset / 60 + 5 * call).filter(
          (_, call) => call !== missed,
        );
        const due = dueAt(calls);
        for (const power of [2, 4, 8, 16, 32]) {
          expect(due.some((age) => age >= power && age < power + 10)).toBe(true);
        }
      }
    }
  });
});

describe('Reconcile', () => {
  let backends: Backends;
  let proxy: BigQueryProxy;
  let reconcile: Instance;
  let worker: Instance;
  let later = 0;
  beforeAll(async () => {
    backends = await startBackends();
    proxy = await startProxy(backends.bigquery.url);
    worker = await startWorkerInstance({ bigqueryUrl: backends.bigquery.url });
  });
  afterAll(async () => {
    await worker?.close();
    await proxy?.close();
    await backends?.close();
  });
  beforeEach(async () => {
    proxy.treat(() => 'pass');
    later = 0;
    reconcile = await startReconcileInstance({
      bigqueryUrl: proxy.url,
      now: () => new Date(Date.now() + later),
    });
  });
  // Each test has the tenants to itself.
  afterEach(async () => {
    await reconcile.close();
    const [datasets] = await backends.client.getDatasets();
    await Promise.all(datasets.map((dataset) => dataset.delete({ force: true })));
  });

  const tick = () => call(reconcile.url, 'POST', '/');
  const logged = (severity: string) => reconcile.lines.filter((line) => line.severity === severity);

  it('costs a tenant with nothing in flight no query', async () => {
    await backends.onboard('idle');
    const before = proxy.calls.length;
    const answer = await tick();
    const nothing = {
      tenants: 1,
      failed: 0,
      left_over: 0,
      released: 0,
      republished: 0,
      expired: 0,
      repaired: 0,
    };
    expect(answer).toMatchObject({ status: 200, body: nothing });
    const calls = proxy.calls.slice(before);
    // The list of datasets, a table's rows, and its schema to read them by: none of it is billed.
    expect(calls.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`)).toEqual([
      'GET /bigquery/v2/projects/local/datasets',
      'GET /bigquery/v2/projects/local/datasets/idle/tables/tenants/data',
      'GET /bigquery/v2/projects/local/datasets/idle/tables/tenants',
    ]);
  });

  it('releases the slot of a run that is in the ledger, and leaves those in flight', async () => {
    await backends.onboard('finished');
    await backends.hold('finished', ['over-1', 'in-flight', 'over-2']);
    await record(backends.client, 'finished', 'over-1');
    await record(backends.client, 'finished', 'over-2');
    expect((await tick()).body).toMatchObject({ released: 2, republished: 0, expired: 0, repaired: 0 });
    expect(await backends.usage('finished')).toEqual({ ever: 3, month: 3, running: 1, slots: ['in-flight'] });
    expect((await tick()).body).toMatchObject({ released: 0 });
  });

  it('publishes a run again whose message was lost, which then is executed', async () => {
    await backends.onboard('lost_message');
    const topic = backends.messages.topic(runTopic);
    // Nobody listened when the first message came: it is lost.
    await topic.publishMessage({ json: { tenant_id: 'lost_message', run_id: 'run-1', pipeline: dryrun } });
    await backends.hold('lost_message', ['run-1']);
    const [subscription] = await topic.createSubscription('worker', {
      pushConfig: { pushEndpoint: `${worker.url}/` },
    });
    try {
      expect((await tick()).body).toMatchObject({ republished: 0 });
      later = minutes(3);
      expect((await tick()).body).toMatchObject({ republished: 1 });
      await eventually('the end of the run', async () => {
        const { slots } = await backends.usage('lost_message');
        return slots.length === 0 ? true : undefined;
      });
      expect(await backends.ledger('lost_message')).toMatchObject([{ run_id: 'run-1', status: 'COMPLETED' }]);
      expect(logged('INFO')).toContainEqual(
        expect.objectContaining({ tenant_id: 'lost_message', run_id: 'run-1', pipeline: dryrun }),
      );
    } finally {
      await subscription.delete();
    }
  });

  it('ends a run that outlived its lease, with what is known of it', async () => {
    await backends.onboard('expired');
    const admitted = new Date(Date.now() - minutes(10));
    await backends.hold('expired', ['lost'], { now: admitted, lease_seconds: 60, parameters: '{"a":1}' });
    await backends.hold('expired', ['in-flight']);
    expect((await tick()).body).toMatchObject({ expired: 1, released: 0, republished: 0, repaired: 0 });
    expect(await backends.ledger('expired')).toMatchObject([
      {
        run_id: 'lost',
        tenant_id: 'expired',
        pipeline: dryrun,
        parameters: '{"a":1}',
        trigger: 'api',
        status: 'FAILED',
        error_code: 'lease_expired',
        error_message: expect.stringContaining(new Date(admitted.getTime() + 60_000).toISOString()),
        admitted_at: { value: admitted.toISOString() },
        started_at: null,
        duration_ms: null,
      },
    ]);
    expect(await backends.usage('expired')).toEqual({ ever: 2, month: 2, running: 1, slots: ['in-flight'] });
    expect(logged('WARNING')).toContainEqual(
      expect.objectContaining({ tenant_id: 'expired', run_id: 'lost' }),
    );
    expect((await tick()).body).toMatchObject({ expired: 0 });
    expect(await backends.ledger('expired')).toHaveLength(1);
  });

  it('repairs counters that break the conservation law, and says so as an error', async () => {
    await backends.onboard('broken');
    await backends.hold('broken', ['over-1', 'over-2', 'in-flight']);
    await record(backends.client, 'broken', 'over-1');
    // Twice in the ledger is once.
    await record(backends.client, 'broken', 'over-2');
    await backends.client
      .dataset('broken')
      .table('pipeline_runs')
      .insert({
        ...(await backends.ledger('broken'))[0],
        run_id: 'over-2',
        admitted_at: new Date().toISOString(),
        ended_at: new Date().toISOString(),
        recorded_at: new Date().toISOString(),
      });
    await tick();
    const wrong = 'UPDATE tenants SET pipeline_runs_count = 17, pipeline_runs_this_month = 0 WHERE TRUE';
    await query(backends.client, 'broken', wrong);
    expect((await tick()).body).toMatchObject({ repaired: 1 });
    expect(await backends.usage('broken')).toEqual({ ever: 3, month: 3, running: 1, slots: ['in-flight'] });
    expect(logged('ERROR')).toMatchObject([
      { tenant_id: 'broken', found: { pipeline_runs_count: 17, known_runs: 3, pipeline_runs_this_month: 0 } },
    ]);
    expect((await tick()).body).toMatchObject({ repaired: 0 });
  });

  it('counts into the month that the row is in: runs of the one before are not counted again', async () => {
    await backends.onboard('months');
    const lastMonth = new Date(Date.now() - minutes(60 * 24 * 32));
    await record(backends.client, 'months', 'of-last-month', lastMonth);
    await backends.hold('months', ['of-this-month']);
    expect((await tick()).body).toMatchObject({ repaired: 1 });
    expect(await backends.usage('months')).toMatchObject({ ever: 2, month: 1 });
  });

  it('does no harm where two do it at once', async () => {
    const second = await startReconcileInstance({ bigqueryUrl: backends.bigquery.url });
    await backends.onboard('twice');
    await backends.hold('twice', ['over', 'in-flight']);
    await backends.hold('twice', ['lost'], { lease_seconds: -1 });
    await record(backends.client, 'twice', 'over');
    await query(backends.client, 'twice', 'UPDATE tenants SET pipeline_runs_count = 0 WHERE TRUE');
    const answers = await Promise.all([tick(), call(second.url, 'POST', '/'), tick()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    await second.close();
    expect(await backends.usage('twice')).toEqual({ ever: 3, month: 3, running: 1, slots: ['in-flight'] });
    const distinct = 'SELECT DISTINCT run_id, status FROM pipeline_runs ORDER BY run_id';
    expect(await query(backends.client, 'twice', distinct)).toEqual([
      { run_id: 'lost', status: 'FAILED' },
      { run_id: 'over', status: 'COMPLETED' },
    ]);
  });

  it('passes over datasets without tables, without a tenant row, and those that are somebody else’s', async () => {
    await backends.client.createDataset('half_way', { labels: { 'managed-by': 'tenant-pipelines' } });
    await backends.client.createDataset('not_ours', { labels: { team: 'finance' } });
    await backends.onboard('row_gone');
    await backends.hold('row_gone', ['run-1']);
    await query(backends.client, 'row_gone', 'DELETE FROM tenants WHERE TRUE');
    expect(await tick()).toMatchObject({ status: 200, body: { tenants: 2, failed: 0 } });
  });

  it('passes over a tenant that is deleted meanwhile', async () => {
    await backends.onboard('deleted');
    await backends.hold('deleted', ['run-1']);
    proxy.treat(async ({ statement }): Promise<Treatment> => {
      // Its slots have been looked at by now.
      if (statement === 'reconcile-tenant') await backends.client.dataset('deleted').delete({ force: true });
      return 'pass';
    });
    expect(await tick()).toMatchObject({ status: 200, body: { failed: 0 } });
    expect(logged('ERROR')).toEqual([]);
  });

  it('does the other tenants where one fails, says which, and answers 503', async () => {
    for (const tenantId of ['good_one', 'bad_one', 'good_two']) {
      await backends.onboard(tenantId);
      await backends.hold(tenantId, ['over']);
      await record(backends.client, tenantId, 'over');
    }
    const message = 'Access Denied: Table local:bad_one.tenants';
    const denied = {
      status: 403,
      body: { error: { code: 403, message, errors: [{ reason: 'accessDenied', message }] } },
    };
    proxy.treat(({ path }) => (path.includes('/bad_one/') ? denied : 'pass'));
    const answer = await tick();
    expect(answer).toMatchObject({
      status: 503,
      body: { code: 'unavailable', tenants: 3, failed: 1, released: 2 },
    });
    expect(answer.headers.get('retry-after')).toBe('60');
    expect(logged('ERROR')).toContainEqual(expect.objectContaining({ tenant_id: 'bad_one' }));
    for (const tenantId of ['good_one', 'good_two'])
      expect((await backends.usage(tenantId)).slots).toEqual([]);
    proxy.treat(() => 'pass');
    expect(await tick()).toMatchObject({ status: 200, body: { failed: 0, released: 1 } });
  });

  it('ends and releases runs and repairs counters also where Pub/Sub is away, and publishes when it is back', async () => {
    const away = await startReconcileInstance({
      bigqueryUrl: backends.bigquery.url,
      now: () => new Date(Date.now() + minutes(3)),
      publishRun: () => Promise.reject(new Error('14 UNAVAILABLE')),
    });
    await backends.onboard('no_pubsub');
    await backends.hold('no_pubsub', ['over', 'due']);
    await backends.hold('no_pubsub', ['lost'], { lease_seconds: 0 });
    await record(backends.client, 'no_pubsub', 'over');
    await query(backends.client, 'no_pubsub', 'UPDATE tenants SET pipeline_runs_count = 17 WHERE TRUE');
    expect(await call(away.url, 'POST', '/')).toMatchObject({ status: 503, body: { failed: 1 } });
    await away.close();
    expect(await backends.usage('no_pubsub')).toEqual({ ever: 3, month: 3, running: 1, slots: ['due'] });
    later = minutes(3);
    expect(await tick()).toMatchObject({ status: 200, body: { republished: 1 } });
  });

  it('publishes also where the counters cannot be checked, and answers 503', async () => {
    await backends.onboard('uncounted');
    await backends.hold('uncounted', ['due']);
    later = minutes(3);
    proxy.treat(({ statement }) =>
      statement === 'check-counters'
        ? { status: 400, body: { error: { code: 400, message: 'no' } } }
        : 'pass',
    );
    expect(await tick()).toMatchObject({ status: 503, body: { failed: 1 } });
    expect(logged('INFO')).toContainEqual(
      expect.objectContaining({ run_id: 'due', message: expect.stringContaining('published again') }),
    );
  });

  it('answers 503 where the tenants cannot be listed', async () => {
    proxy.treat(() => ({
      status: 400,
      body: { error: { code: 400, message: 'Retrying may solve the problem.' } },
    }));
    expect(await tick()).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  });
});
