import { call, query } from '../../support/local-cloud';
import { record, settleHeld } from '../support/backends';
import { startReconcileInstance } from '../support/instances';
import type { Treatment } from '../support/proxy';
import { beginRun, describeLapsed } from './lapsed-suite';
import { minutes, type ReconcileWorld, startReconcileWorld } from './reconcile-world';

describe('Reconcile', () => {
  let world: ReconcileWorld;
  beforeAll(async () => {
    world = await startReconcileWorld();
  });
  beforeEach(() => world.begin());
  afterEach(() => world.end());
  afterAll(() => world?.close());

  describeLapsed(() => world);

  it('logs the events that alerts wait for: run_expired and invariant_repaired', async () => {
    await world.backends.onboard('broken');
    await world.backends.hold('broken', ['run-1'], { lease_seconds: -200 });
    await beginRun(world.backends, 'broken', 'run-1');
    await query(world.backends.client, 'broken', 'UPDATE tenants SET pipeline_runs_count = 7 WHERE TRUE');
    await world.tick();
    expect(world.logged('WARNING')).toMatchObject([
      { event: 'run_expired', tenant_id: 'broken', run_id: 'run-1' },
    ]);
    expect(world.logged('ERROR')).toMatchObject([{ event: 'invariant_repaired', tenant_id: 'broken' }]);
  });

  it('skips datasets without tables or tenant row, and those of somebody else', async () => {
    await world.backends.client.createDataset('half_way', { labels: { 'managed-by': 'tenant-pipelines' } });
    await world.backends.client.createDataset('not_ours', { labels: { team: 'finance' } });
    await world.backends.onboard('row_gone');
    await world.backends.hold('row_gone', ['run-1']);
    await query(world.backends.client, 'row_gone', 'DELETE FROM tenants WHERE TRUE');
    expect(await world.tick()).toMatchObject({ status: 200, body: { tenants: 2, failed: 0 } });
  });

  it('skips a tenant that is deleted meanwhile', async () => {
    await world.backends.onboard('deleted');
    await world.backends.hold('deleted', ['run-1']);
    world.proxy.treat(async ({ statement }): Promise<Treatment> => {
      // By now its slots have been read.
      if (statement === 'find-recorded-runs')
        await world.backends.client.dataset('deleted').delete({ force: true });
      return 'pass';
    });
    expect(await world.tick()).toMatchObject({ status: 200, body: { failed: 0 } });
    expect(world.logged('ERROR')).toEqual([]);
  });

  it('reconciles the other tenants if one fails, names it, and answers 503', async () => {
    for (const tenantId of ['good_one', 'bad_one', 'good_two']) {
      await world.backends.onboard(tenantId);
      await world.backends.hold(tenantId, ['over'], { lease_seconds: -200 });
      await beginRun(world.backends, tenantId, 'over');
    }
    const message = 'Access Denied: Table local:bad_one.tenants';
    const denied = {
      status: 403,
      body: { error: { code: 403, message, errors: [{ reason: 'accessDenied', message }] } },
    };
    world.proxy.treat(({ path }) => (path.includes('/bad_one/') ? denied : 'pass'));
    const answer = await world.tick();
    expect(answer).toMatchObject({
      status: 503,
      body: { code: 'unavailable', tenants: 3, failed: 1, expired: 2 },
    });
    expect(answer.headers.get('retry-after')).toBe('60');
    expect(world.logged('ERROR')).toContainEqual(expect.objectContaining({ tenant_id: 'bad_one' }));
    for (const tenantId of ['good_one', 'good_two'])
      expect((await world.backends.usage(tenantId)).slots).toEqual([]);
    world.proxy.treat(() => 'pass');
    expect(await world.tick()).toMatchObject({ status: 200, body: { failed: 0, expired: 1 } });
  });

  it('ends runs and repairs counters while Pub/Sub is away, and publishes when it is back', async () => {
    const away = await startReconcileInstance({
      bigqueryUrl: world.backends.bigquery.url,
      now: () => new Date(Date.now() + minutes(3)),
      publishRun: () => Promise.reject(new Error('14 UNAVAILABLE')),
    });
    await world.backends.onboard('no_pubsub');
    await world.backends.hold('no_pubsub', ['over', 'due']);
    await world.backends.hold('no_pubsub', ['lost'], { lease_seconds: 0 });
    await beginRun(world.backends, 'no_pubsub', 'lost');
    await record(world.backends.client, 'no_pubsub', 'over');
    await query(world.backends.client, 'no_pubsub', 'UPDATE tenants SET pipeline_runs_count = 17 WHERE TRUE');
    expect(await call(away.url, 'POST', '/')).toMatchObject({ status: 503, body: { failed: 1 } });
    await away.close();
    expect(await world.backends.usage('no_pubsub')).toEqual({
      ever: 3,
      month: 3,
      running: 1,
      slots: ['due'],
    });
    world.setAhead(minutes(3));
    expect(await world.tick()).toMatchObject({ status: 200, body: { republished: 1 } });
  });

  it.each([
    ['no run can be settled', 'settle-runs'],
    ['the ledger cannot be read', 'find-recorded-runs'],
  ])('still publishes, appends and repairs if %s, and answers 503', async (_what, failing) => {
    const tenantId = failing.replaceAll('-', '_');
    await world.backends.onboard(tenantId);
    await world.backends.hold(tenantId, ['due', 'settled']);
    await world.backends.hold(tenantId, ['lost'], { lease_seconds: 0 });
    await beginRun(world.backends, tenantId, 'lost');
    await settleHeld(world.backends, tenantId, 'settled');
    await query(world.backends.client, tenantId, 'UPDATE tenants SET pipeline_runs_count = 17 WHERE TRUE');
    world.setAhead(minutes(3));
    const no = { status: 400, body: { error: { code: 400, message: 'no' } } };
    world.proxy.treat(({ statement }) => (statement === failing ? no : 'pass'));
    expect(await world.tick()).toMatchObject({ status: 503, body: { failed: 1 } });
    expect(world.logged('INFO')).toContainEqual(expect.objectContaining({ run_id: 'due' }));
    expect(await world.backends.usage(tenantId)).toMatchObject({ ever: 3, month: 3 });
    expect(await world.backends.ledger(tenantId)).toContainEqual(
      expect.objectContaining({ run_id: 'settled', status: 'COMPLETED' }),
    );
  });

  it('ends no run, though its lease is over, while it cannot see whether its outcome is recorded', async () => {
    await world.backends.onboard('unseen');
    await world.backends.hold('unseen', ['recorded'], { lease_seconds: 0 });
    await record(world.backends.client, 'unseen', 'recorded');
    const no = { status: 400, body: { error: { code: 400, message: 'no' } } };
    world.proxy.treat(({ statement }) => (statement === 'find-recorded-runs' ? no : 'pass'));
    expect(await world.tick()).toMatchObject({ status: 503, body: { failed: 1, expired: 0 } });
    expect(await world.backends.usage('unseen')).toMatchObject({ slots: ['recorded'] });
    world.proxy.treat(() => 'pass');
    expect(await world.tick()).toMatchObject({ status: 200, body: { expired: 0 } });
    expect(await world.backends.usage('unseen')).toMatchObject({ ever: 1, slots: [] });
    const statuses = await query(
      world.backends.client,
      'unseen',
      'SELECT DISTINCT status FROM pipeline_runs',
    );
    expect(statuses).toEqual([{ status: 'COMPLETED' }]);
  });

  it('still publishes if the counters cannot be checked, and answers 503', async () => {
    await world.backends.onboard('uncounted');
    await world.backends.hold('uncounted', ['due']);
    world.setAhead(minutes(3));
    world.proxy.treat(({ statement }) =>
      statement === 'check-counters'
        ? { status: 400, body: { error: { code: 400, message: 'no' } } }
        : 'pass',
    );
    expect(await world.tick()).toMatchObject({ status: 503, body: { failed: 1 } });
    expect(world.logged('INFO')).toContainEqual(
      expect.objectContaining({ run_id: 'due', message: expect.stringContaining('published again') }),
    );
  });

  it('answers 503 if the tenants cannot be listed', async () => {
    world.proxy.treat(() => ({
      status: 400,
      body: { error: { code: 400, message: 'Retrying may solve the problem.' } },
    }));
    expect(await world.tick()).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  });
});
