import { call, eventually, query } from '../../support/local-cloud';
import { dryrun, record, runTopic, settleHeld } from '../support/backends';
import { push, startReconcileInstance } from '../support/instances';
import { beginRun } from './lapsed-suite';
import { minutes, type ReconcileWorld, startReconcileWorld } from './reconcile-world';

describe('Reconcile', () => {
  let world: ReconcileWorld;
  beforeAll(async () => {
    world = await startReconcileWorld();
  });
  beforeEach(() => world.begin());
  afterEach(() => world.end());
  afterAll(() => world?.close());

  /** The settled runs that the ledger was not seen to have. */
  const waiting = async (tenantId: string) =>
    (
      await query(
        world.backends.client,
        tenantId,
        'SELECT run_id FROM tenants, UNNEST(settled_runs) ORDER BY run_id',
      )
    ).map(({ run_id }) => run_id);

  it('runs no query for a tenant with nothing in flight', async () => {
    await world.backends.onboard('idle');
    const before = world.proxy.calls.length;
    const answer = await world.tick();
    const nothing = {
      tenants: 1,
      failed: 0,
      left_over: 0,
      appended: 0,
      republished: 0,
      expired: 0,
      repaired: 0,
    };
    expect(answer).toMatchObject({ status: 200, body: nothing });
    // In one call of an hour its keys are read, likewise.
    const calls = world.proxy.calls.slice(before).filter(({ path }) => !path.includes('/api_keys'));
    // The list of datasets, a table's rows, and its schema, which reading them needs: none of it is billed.
    expect(calls.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`)).toEqual([
      'GET /bigquery/v2/projects/local/datasets',
      'GET /bigquery/v2/projects/local/datasets/idle/tables/tenants/data',
      'GET /bigquery/v2/projects/local/datasets/idle/tables/tenants',
    ]);
  });

  it('frees the slot of a run that is in the ledger, and keeps those in flight', async () => {
    await world.backends.onboard('finished');
    await world.backends.hold('finished', ['over-1', 'in-flight', 'over-2']);
    await record(world.backends.client, 'finished', 'over-1');
    await record(world.backends.client, 'finished', 'over-2');
    expect((await world.tick()).body).toMatchObject({ republished: 0, expired: 0, repaired: 0 });
    expect(await world.backends.usage('finished')).toEqual({
      ever: 3,
      month: 3,
      running: 1,
      slots: ['in-flight'],
    });
    // Their outcome is the one that is recorded, and stays so.
    await world.tick();
    const distinct = 'SELECT DISTINCT run_id, status, recorded_at FROM pipeline_runs ORDER BY run_id';
    expect(await query(world.backends.client, 'finished', distinct)).toMatchObject([
      { run_id: 'over-1', status: 'COMPLETED' },
      { run_id: 'over-2', status: 'COMPLETED' },
    ]);
    expect(await waiting('finished')).toEqual([]);
  });

  it('appends what was settled and never reached the ledger, exactly as it was decided', async () => {
    await world.backends.onboard('unrecorded');
    await world.backends.hold('unrecorded', ['old', 'young']);
    const old = new Date(Date.now() - minutes(2));
    await settleHeld(world.backends, 'unrecorded', 'old', { status: 'CANCELLED', at: old });
    // Whoever settled it a moment ago is appending it.
    await settleHeld(world.backends, 'unrecorded', 'young');
    expect((await world.tick()).body).toMatchObject({ appended: 1, repaired: 0 });
    expect(await world.backends.ledger('unrecorded')).toMatchObject([
      { run_id: 'old', status: 'CANCELLED', recorded_at: { value: old.toISOString() }, trigger: 'api' },
    ]);
    expect(await waiting('unrecorded')).toEqual(['young']);
    world.setAhead(minutes(2));
    expect((await world.tick()).body).toMatchObject({ appended: 1, repaired: 0 });
    expect(await waiting('unrecorded')).toEqual([]);
    expect(await world.backends.ledger('unrecorded')).toHaveLength(2);
    expect(await world.backends.usage('unrecorded')).toEqual({ ever: 2, month: 2, running: 0, slots: [] });
    expect((await world.tick()).body).toMatchObject({ appended: 0 });
  });

  it('drops what is settled and in the ledger, without appending it again', async () => {
    await world.backends.onboard('recorded');
    await world.backends.hold('recorded', ['over']);
    await push(world.worker, 'recorded', 'over');
    expect(await waiting('recorded')).toEqual(['over']);
    expect((await world.tick()).body).toMatchObject({ appended: 0 });
    expect(await waiting('recorded')).toEqual([]);
    expect(await world.backends.ledger('recorded')).toHaveLength(1);
  });

  it('publishes a run again if its message was lost, and the run is executed', async () => {
    await world.backends.onboard('lost_message');
    const topic = world.backends.messages.topic(runTopic);
    // Nobody listened when the first message came, so it is lost.
    await topic.publishMessage({ json: { tenant_id: 'lost_message', run_id: 'run-1', pipeline: dryrun } });
    await world.backends.hold('lost_message', ['run-1']);
    const [subscription] = await topic.createSubscription('worker', {
      pushConfig: { pushEndpoint: `${world.worker.url}/` },
    });
    try {
      expect((await world.tick()).body).toMatchObject({ republished: 0 });
      world.setAhead(minutes(3));
      expect((await world.tick()).body).toMatchObject({ republished: 1 });
      await eventually('the end of the run', async () => {
        const { slots } = await world.backends.usage('lost_message');
        return slots.length === 0 ? true : undefined;
      });
      expect(await world.backends.ledger('lost_message')).toMatchObject([
        { run_id: 'run-1', status: 'COMPLETED' },
      ]);
      expect(world.logged('INFO')).toContainEqual(
        expect.objectContaining({ tenant_id: 'lost_message', run_id: 'run-1', pipeline: dryrun }),
      );
    } finally {
      await subscription.delete();
    }
  });

  it('ends a run that outlived its lease, with what is known about it', async () => {
    await world.backends.onboard('expired');
    // Admitted now, in the month that its tenant's row counts.
    const admitted = new Date();
    await world.backends.hold('expired', ['lost'], {
      now: admitted,
      lease_seconds: -180,
      parameters: '{"a":1}',
    });
    await beginRun(world.backends, 'expired', 'lost');
    await world.backends.hold('expired', ['in-flight']);
    expect((await world.tick()).body).toMatchObject({ expired: 1, appended: 0, republished: 0, repaired: 0 });
    expect(await world.backends.ledger('expired')).toMatchObject([
      {
        run_id: 'lost',
        tenant_id: 'expired',
        pipeline: dryrun,
        parameters: '{"a":1}',
        trigger: 'api',
        status: 'FAILED',
        error_code: 'lease_expired',
        error_message: expect.stringContaining(new Date(admitted.getTime() - 180_000).toISOString()),
        admitted_at: { value: admitted.toISOString() },
        started_at: null,
        duration_ms: null,
      },
    ]);
    expect(await world.backends.usage('expired')).toEqual({
      ever: 2,
      month: 2,
      running: 1,
      slots: ['in-flight'],
    });
    expect(world.logged('WARNING')).toContainEqual(
      expect.objectContaining({ tenant_id: 'expired', run_id: 'lost' }),
    );
    expect((await world.tick()).body).toMatchObject({ expired: 0 });
    expect(await world.backends.ledger('expired')).toHaveLength(1);
  });

  it('repairs counters that break the conservation law, and logs an error', async () => {
    await world.backends.onboard('broken');
    await world.backends.hold('broken', ['over-1', 'over-2', 'in-flight']);
    await record(world.backends.client, 'broken', 'over-1');
    // Twice in the ledger is once.
    await record(world.backends.client, 'broken', 'over-2');
    await world.backends.client
      .dataset('broken')
      .table('pipeline_runs')
      .insert({
        ...(await world.backends.ledger('broken'))[0],
        run_id: 'over-2',
        admitted_at: new Date().toISOString(),
        ended_at: new Date().toISOString(),
        recorded_at: new Date().toISOString(),
      });
    await world.tick();
    const wrong = 'UPDATE tenants SET pipeline_runs_count = 17, pipeline_runs_this_month = 0 WHERE TRUE';
    await query(world.backends.client, 'broken', wrong);
    expect((await world.tick()).body).toMatchObject({ repaired: 1 });
    expect(await world.backends.usage('broken')).toEqual({
      ever: 3,
      month: 3,
      running: 1,
      slots: ['in-flight'],
    });
    expect(world.logged('ERROR')).toMatchObject([
      { tenant_id: 'broken', found: { pipeline_runs_count: 17, known_runs: 3, pipeline_runs_this_month: 0 } },
    ]);
    expect((await world.tick()).body).toMatchObject({ repaired: 0 });
  });

  it('counts anew the bytes that a version before did not count, without an alarm', async () => {
    await world.backends.onboard('bytes');
    await world.backends.hold('bytes', ['in-flight', 'over']);
    await record(world.backends.client, 'bytes', 'over');
    await query(
      world.backends.client,
      'bytes',
      'UPDATE tenants SET bytes_billed_this_month = NULL WHERE TRUE',
    );
    expect((await world.tick()).body).toMatchObject({ repaired: 1 });
    const [row] = await query(
      world.backends.client,
      'bytes',
      'SELECT bytes_billed_this_month AS n FROM tenants',
    );
    const [ledger] = await query(
      world.backends.client,
      'bytes',
      'SELECT SUM(IFNULL(bytes_billed, 0)) AS n FROM pipeline_runs',
    );
    expect(row).toEqual(ledger);
    expect(world.logged('ERROR')).toEqual([]);
  });

  it('counts for the month of the row: runs of the month before are not counted again', async () => {
    await world.backends.onboard('months');
    const lastMonth = new Date(Date.now() - minutes(60 * 24 * 32));
    await record(world.backends.client, 'months', 'of-last-month', lastMonth);
    await world.backends.hold('months', ['of-this-month']);
    expect((await world.tick()).body).toMatchObject({ repaired: 1 });
    expect(await world.backends.usage('months')).toMatchObject({ ever: 2, month: 1 });
  });

  it('does no harm when called twice at once', async () => {
    const second = await startReconcileInstance({ bigqueryUrl: world.backends.bigquery.url });
    await world.backends.onboard('twice');
    await world.backends.hold('twice', ['over', 'in-flight']);
    await world.backends.hold('twice', ['lost', 'never-began'], { lease_seconds: -200 });
    await beginRun(world.backends, 'twice', 'lost');
    await record(world.backends.client, 'twice', 'over');
    await query(world.backends.client, 'twice', 'UPDATE tenants SET pipeline_runs_count = 0 WHERE TRUE');
    const answers = await Promise.all([world.tick(), call(second.url, 'POST', '/'), world.tick()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    await second.close();
    expect(await world.backends.usage('twice')).toMatchObject({
      ever: 4,
      month: 4,
      slots: ['in-flight', 'never-began'],
    });
    const distinct = 'SELECT DISTINCT run_id, status FROM pipeline_runs ORDER BY run_id';
    expect(await query(world.backends.client, 'twice', distinct)).toEqual([
      { run_id: 'lost', status: 'FAILED' },
      { run_id: 'over', status: 'COMPLETED' },
    ]);
  });
});
