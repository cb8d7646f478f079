// In short: ./later-version.test.ts
import { ensureTables } from '../../functions/ensure-tables/ensure-tables';
import { loadTables } from '../../shared/definitions/tables';
import { createListTenants } from '../../shared/google/bigquery/tables/list-tenants';
import { createTenantDatasets } from '../../shared/google/bigquery/tables/tenant-datasets';
import type { RunOutcome, Slot } from '../../shared/runs/rules/ledger-row';
import { checkCounters } from '../../shared/sql/runs/check-counters';
import { listBillableRuns } from '../../shared/sql/usage/list-billable-runs';
import { readUsage } from '../../shared/sql/usage/read-usage';
import { systemClock } from '../../shared/support/clock';
import { call, query, withKey } from '../support/local-cloud';
import { type Backends, dryrun, schemasDirectory, settleHeld, startBackends } from './support/backends';
import {
  type Instance,
  push,
  startReconcileInstance,
  startRunInstance,
  startWorkerInstance,
} from './support/instances';
import { type BigQueryProxy, startProxy } from './support/proxy';
import {
  cancelledBefore,
  completedBefore,
  createVersionBefore,
  type VersionBefore,
} from './version-before/version-before';

describe('Beside the version that decided by appending to the ledger', () => {
  let backends: Backends;
  let proxy: BigQueryProxy;
  let before: VersionBefore;
  let run: Instance;
  let worker: Instance;
  let reconcile: Instance;
  let ahead: number;
  beforeAll(async () => {
    backends = await startBackends();
    proxy = await startProxy(backends.bigquery.url);
    before = createVersionBefore(backends);
    const options = { bigqueryUrl: proxy.url };
    const settling = { statementMs: 60_000, appendMs: 60_000 };
    run = await startRunInstance({ ...options, settling });
    worker = await startWorkerInstance({ ...options, settling });
    reconcile = await startReconcileInstance({ ...options, now: () => new Date(Date.now() + ahead) });
  });
  afterAll(async () => {
    for (const instance of [run, worker, reconcile]) await instance?.close();
    await proxy?.close();
    await backends?.close();
  });
  beforeEach(() => {
    ahead = 0;
    proxy.treat(() => 'pass');
  });

  const tick = async () => expect(await call(reconcile.url, 'POST', '/')).toMatchObject({ status: 200 });
  const start = (tenantId: string, apiKey: string, key?: string) =>
    call(run.url, 'POST', `/api/v1/pipelines/run/${tenantId}/${dryrun}`, {
      headers: { ...withKey(apiKey), ...(key !== undefined && { 'Idempotency-Key': key }) },
    });
  const started = async (tenantId: string, apiKey: string) =>
    String((await start(tenantId, apiKey)).body.run_id);
  const cancel = (apiKey: string, runId: string) =>
    call(run.url, 'POST', `/api/v1/pipelines/runs/${runId}/cancel`, { headers: withKey(apiKey) });
  const show = async (apiKey: string, runId: string) =>
    (await call(run.url, 'GET', `/api/v1/pipelines/runs/${runId}`, { headers: withKey(apiKey) })).body;
  const list = async (apiKey: string) => {
    const { body } = await call(run.url, 'GET', '/api/v1/pipelines/runs', { headers: withKey(apiKey) });
    const runs = Array.isArray(body.runs) ? body.runs : [];
    return Object.fromEntries(runs.map(({ run_id, status }) => [run_id, status]));
  };
  const held = async (tenantId: string, runId: string): Promise<Slot> => {
    const slot = await before.find(tenantId, runId);
    if (slot === undefined) throw new Error(`${runId} is not to be executed`);
    return slot;
  };
  const column = async (tenantId: string, name: string) =>
    (await query(backends.client, tenantId, `SELECT ${name} FROM tenants`))[0]?.[name];
  /** The ledger takes no row from this version. */
  const withoutLedger = () =>
    proxy.treat(({ path }) =>
      path.includes('/pipeline_runs/insertAll') ? { status: 400, body: {} } : 'pass',
    );

  /** The law holds, by as many runs, each counted once. */
  const expectCounted = async (tenantId: string, runs: number) => {
    const { rows } = await backends.runStatement(tenantId, checkCounters, { tenant_id: tenantId });
    const counted = { pipeline_runs_count: runs, pipeline_runs_this_month: runs };
    // The version before counts no bytes: reconcile does so.
    expect(rows).toMatchObject([{ ...counted, known_runs: runs, known_runs_this_month: runs }]);
  };
  const statuses = (tenantId: string) =>
    query(backends.client, tenantId, 'SELECT status FROM pipeline_runs').then((rows) =>
      rows.map(({ status }) => status),
    );
  const seconds = (count: number) => new Date(Date.now() + count * 1_000);
  const newer = [
    ...['settled_runs', 'confirmed_until', 'revoked_keys'],
    ...['max_bytes_billed_per_month', 'bytes_billed_this_month'],
  ];

  /** Its table as the version before made it, with the row in it. */
  const takeBack = async (tenantId: string) => {
    const dataset = backends.client.dataset(tenantId);
    const [[row]] = await dataset.table('tenants').getRows();
    const [{ schema }] = await dataset.table('tenants').getMetadata();
    await dataset.table('tenants').delete();
    const fields = schema.fields.filter(({ name }: { name: string }) => !newer.includes(name));
    await dataset.createTable('tenants', { schema: { fields } });
    await dataset
      .table('tenants')
      .insert([Object.fromEntries(Object.entries(row).filter(([name]) => !newer.includes(name)))]);
  };

  it('brings its rows up to date, and all readers read them rightly', async () => {
    const apiKey = await backends.onboard('upgraded');
    await takeBack('upgraded');
    await before.admit('upgraded', ['in-flight', 'recorded', 'twice', 'over']);
    await before.record('upgraded', await held('upgraded', 'recorded'), completedBefore, seconds(0));
    const [twice, over] = [await held('upgraded', 'twice'), await held('upgraded', 'over')];
    // The worker's row was sent before the cancellation's, and lands after it.
    await before.record('upgraded', twice, cancelledBefore, seconds(0));
    await before.record('upgraded', twice, completedBefore, seconds(-5), true);
    await before.record('upgraded', over, cancelledBefore, seconds(-5));
    await before.record('upgraded', over, completedBefore, seconds(0), true);
    for (const runId of ['twice', 'over']) expect(await before.release('upgraded', runId)).toEqual([]);

    const deps = {
      listTenants: createListTenants(backends.client),
      datasets: createTenantDatasets(backends.client),
      tables: loadTables(schemasDirectory),
      ensureControl: async () => undefined,
      clock: systemClock,
      log: () => undefined,
    };
    expect(await ensureTables(deps)).toMatchObject({ changed: 1, failed: 0 });

    const read = async () => {
      expect(await list(apiKey)).toEqual({
        'in-flight': 'ADMITTED',
        recorded: 'COMPLETED',
        twice: 'COMPLETED',
        over: 'CANCELLED',
      });
      expect(await show(apiKey, 'twice')).toMatchObject({ status: 'COMPLETED' });
      expect(await show(apiKey, 'over')).toMatchObject({ status: 'CANCELLED' });
      const parts = { by_day: false, by_status: false };
      const range = { tenant_id: 'upgraded', from: seconds(-3_600), to: seconds(60) };
      const { rows: usage } = await backends.runStatement('upgraded', readUsage, { ...range, ...parts });
      // The first row is that of all runs.
      const all = { runs: 4, completed: 2, cancelled: 1, in_flight: 1, rows_written: 2 };
      expect(usage).toMatchObject([all, all]);
      const page = { ...range, after_at: null, after_id: null, limit: 10 };
      const { rows: billed } = await backends.runStatement('upgraded', listBillableRuns, page);
      expect(billed.map(({ run_id }) => run_id).toSorted()).toEqual(['recorded', 'twice']);
      await expectCounted('upgraded', 4);
    };
    await read();
    // Nothing of it is executed again, and what the ledger has is settled as it is recorded.
    await push(worker, 'upgraded', 'recorded');
    expect(await cancel(apiKey, 'recorded')).toMatchObject({ status: 200, body: { status: 'COMPLETED' } });
    await tick();
    await read();
    expect(await backends.usage('upgraded')).toMatchObject({ slots: ['in-flight'] });
    expect(await query(backends.client, 'upgraded', 'SELECT run_id FROM step_logs')).toEqual([]);
    await push(worker, 'upgraded', 'in-flight');
    expect(await show(apiKey, 'in-flight')).toMatchObject({ status: 'COMPLETED' });
    expect(await start('upgraded', apiKey)).toMatchObject({ status: 202 });
    await expectCounted('upgraded', 5);
  });

  it('keeps a cancellation against its worker’s later row, though its own row comes last', async () => {
    const apiKey = await backends.onboard('old_worker');
    const [runId, other] = [await started('old_worker', apiKey), await started('old_worker', apiKey)];
    const slot = await held('old_worker', runId);
    // The ledger takes this version's row, and does not show it yet.
    const taken = { status: 200, body: { kind: 'bigquery#tableDataInsertAllResponse' } };
    proxy.treat(({ path }) => (path.includes('/pipeline_runs/insertAll') ? taken : 'pass'));
    expect(await cancel(apiKey, runId)).toMatchObject({ body: { status: 'CANCELLED' } });
    await before.record('old_worker', slot, completedBefore, seconds(1));
    expect(await before.release('old_worker', runId)).toEqual([]);
    expect(await before.find('old_worker', runId)).toBeUndefined();
    // This instance's next statement looks whether the row that it appended is there.
    await cancel(apiKey, other);
    await tick();
    expect(await column('old_worker', 'settled_runs')).toHaveLength(2);
    await expectCounted('old_worker', 2);
    proxy.treat(() => 'pass');
    ahead = 120_000;
    for (let round = 0; round < 2; round++) {
      await tick();
      expect(await column('old_worker', 'settled_runs')).toHaveLength(0);
      expect(await list(apiKey)).toEqual({ [runId]: 'CANCELLED', [other]: 'CANCELLED' });
      await expectCounted('old_worker', 2);
    }
    expect((await statuses('old_worker')).toSorted()).toEqual(['CANCELLED', 'CANCELLED', 'COMPLETED']);
  });

  it('executes nothing that its worker has settled or this one', async () => {
    const apiKey = await backends.onboard('new_worker');
    await before.admit('new_worker', ['one', 'other', 'third']);
    const [one, third] = [await held('new_worker', 'one'), await held('new_worker', 'third')];
    withoutLedger();
    await push(worker, 'new_worker', 'other');
    expect(await before.find('new_worker', 'other')).toBeUndefined();
    await before.record('new_worker', one, completedBefore, seconds(0));
    await push(worker, 'new_worker', 'one');
    const steps = 'SELECT DISTINCT run_id FROM step_logs';
    expect(await query(backends.client, 'new_worker', steps)).toEqual([{ run_id: 'other' }]);
    expect(await before.release('new_worker', 'one')).toEqual([]);
    // Its cancellation decides against a worker that has not settled yet …
    await before.record('new_worker', third, cancelledBefore, seconds(-1));
    await settleHeld(backends, 'new_worker', 'third');
    expect(await before.release('new_worker', 'third')).toEqual([]);
    expect(await show(apiKey, 'third')).toMatchObject({ status: 'CANCELLED' });
    await expectCounted('new_worker', 3);
    proxy.treat(() => 'pass');
    ahead = 120_000;
    await tick();
    expect(await list(apiKey)).toEqual({ one: 'COMPLETED', other: 'COMPLETED', third: 'CANCELLED' });
    expect(await backends.usage('new_worker')).toMatchObject({ ever: 3, slots: [] });
    expect(await column('new_worker', 'settled_runs')).toHaveLength(0);
    await expectCounted('new_worker', 3);
  });

  it('gives its repeat under a key no second slot, before and after the ledger has the run', async () => {
    const apiKey = await backends.onboard('keyed', { max_pipelines_per_month: 5 });
    await before.admit('keyed', ['by-key'], { isKeyed: true });
    withoutLedger();
    await push(worker, 'keyed', 'by-key');
    expect(await before.admit('keyed', ['by-key'], { isKeyed: true })).toEqual({
      admitted: [],
      finished: [],
    });
    await expectCounted('keyed', 1);
    // Another of its statements rewrites the list in which it finds the run.
    await before.withdraw('keyed', 'never-admitted');
    expect(await before.admit('keyed', ['by-key'], { isKeyed: true })).toEqual({
      admitted: [],
      finished: [],
    });
    proxy.treat(() => 'pass');
    ahead = 120_000;
    await tick();
    expect(await column('keyed', 'settled_runs')).toHaveLength(0);
    const again = { admitted: [], finished: ['by-key'] };
    expect(await before.admit('keyed', ['by-key'], { isKeyed: true })).toEqual(again);
    expect(await show(apiKey, 'by-key')).toMatchObject({ status: 'COMPLETED' });
    // And the reverse: a run that it has finished, repeated here.
    const first = await start('keyed', apiKey, 'order-1');
    const runId = String(first.body.run_id);
    await before.record('keyed', await held('keyed', runId), completedBefore, seconds(0));
    expect(await start('keyed', apiKey, 'order-1')).toMatchObject({ status: 202, body: { run_id: runId } });
    await before.release('keyed', runId);
    expect(await start('keyed', apiKey, 'order-1')).toMatchObject({ status: 202, body: { run_id: runId } });
    await expectCounted('keyed', 2);
    expect(await backends.usage('keyed')).toMatchObject({ slots: [] });
  });

  it('ends a run whose lease has expired as the first of both decided', async () => {
    const apiKey = await backends.onboard('expired');
    await before.admit('expired', ['theirs', 'ours'], { leaseSeconds: 1 });
    const [theirs, ours] = [await held('expired', 'theirs'), await held('expired', 'ours')];
    const lapsed: RunOutcome = { ...cancelledBefore, status: 'FAILED', errorCode: 'lease_expired' };
    ahead = 120_000;
    await settleHeld(backends, 'expired', 'ours');
    await before.record('expired', ours, lapsed, seconds(1));
    await before.record('expired', theirs, lapsed, seconds(0));
    await tick();
    await tick();
    expect(await before.release('expired', 'theirs')).toEqual([]);
    expect(await list(apiKey)).toEqual({ theirs: 'FAILED', ours: 'COMPLETED' });
    expect(await backends.usage('expired')).toMatchObject({ ever: 2, running: 0, slots: [] });
    await expectCounted('expired', 2);
  });

  it('shares one row’s quotas with its admissions, and loses nothing that they do not know', async () => {
    const apiKey = await backends.onboard('shared', { max_concurrent_pipelines: 6 });
    await backends.hold('shared', ['settled']);
    await settleHeld(backends, 'shared', 'settled');
    const sql = `UPDATE tenants SET confirmed_until = @at, revoked_keys = [STRUCT('key-1' AS key_id, @at AS revoked_at)]
      WHERE TRUE`;
    await query(backends.client, 'shared', sql, { at: backends.client.timestamp(new Date()) });
    const known = async () => Promise.all(newer.map((name) => column('shared', name)));
    const kept = await known();
    for (const name of ['a', 'b', 'c']) {
      expect(await before.admit('shared', [name])).toMatchObject({ admitted: [name] });
      expect(await start('shared', apiKey)).toMatchObject({ status: 202 });
    }
    expect(await before.admit('shared', ['d'])).toMatchObject({ admitted: [] });
    expect(await start('shared', apiKey)).toMatchObject({ status: 429 });
    await before.withdraw('shared', 'b');
    await before.record('shared', await held('shared', 'a'), completedBefore, seconds(0));
    await before.release('shared', 'a');
    expect(await backends.usage('shared')).toMatchObject({ ever: 6, running: 4 });
    expect(await known()).toEqual(kept);
    await expectCounted('shared', 6);
  });
});
