// In short: ./cancel.test.ts
import { call, eventually, withKey } from '../../support/local-cloud';
import { push, startReconcileInstance, startRunInstance } from '../support/instances';
import { startProxy } from '../support/proxy';
import { type CancelWorld, startCancelWorld, stopped, twoLoads } from './cancel-world';

describe('A cancellation, when something fails', () => {
  let world: CancelWorld;
  beforeAll(async () => {
    // One of them takes no rows, and is given up after so long.
    world = await startCancelWorld({ settling: { appendMs: 8_000 } });
  });
  beforeEach(() => {
    world.proxy.treat(() => 'pass');
    world.loads.letGo();
  });
  afterAll(() => world?.close());

  it('is noticed by the worker, which stops its job if the cancelling call could not', async () => {
    const apiKey = await world.backends.onboard('seen');
    await world.backends.hold('seen', ['run-1'], { pipeline: twoLoads });
    world.proxy.treat(({ path }) =>
      path.endsWith('/cancel') || path.includes('/cancel?') ? 'break' : 'pass',
    );
    const between = await startProxy(world.backends.bigquery.url);
    const worker = await world.startWorker({ watchEveryMs: 20, bigqueryUrl: between.url });
    world.loads.hold();
    const delivery = push(worker, 'seen', 'run-1', twoLoads);
    await world.whenRunning('seen', 'first_1');
    expect((await world.cancel(apiKey)).status).toBe(202);
    await eventually('the worker’s request to stop the job', async () =>
      between.calls.find(({ path, status }) => path.includes('/cancel') && status === 200),
    );
    world.loads.letGo();
    expect((await delivery).status).toBe(204);
    await between.close();
    expect(worker.lines).toContainEqual(
      expect.objectContaining({
        severity: 'INFO',
        run_id: 'run-1',
        message: expect.stringContaining('ended'),
      }),
    );
    await eventually('the end of the job', async () =>
      (await world.jobsOf('seen')).every(({ state }) => state === 'DONE') ? true : undefined,
    );
    expect(await world.jobsOf('seen')).toEqual([stopped('first_1')]);
    expect(await world.rowsIn('seen', 'first')).toEqual([]);
    await world.expectCancelledOnce('seen');
  });

  it('a look that fails, or misses an existing slot, ends no run', async () => {
    const apiKey = await world.backends.onboard('blind');
    await world.backends.hold('blind', ['run-1'], { pipeline: twoLoads });
    const between = await startProxy(world.backends.bigquery.url);
    let looks = 0;
    between.treat(({ path }) => {
      if (!path.includes('/tables/tenants/data')) return 'pass';
      looks++;
      if (looks % 2 === 0) return { status: 400, body: { error: { code: 400, message: 'no' } } };
      return { status: 200, body: { kind: 'bigquery#tableDataList', totalRows: '0', rows: [] } };
    });
    const worker = await world.startWorker({ watchEveryMs: 20, bigqueryUrl: between.url });
    world.loads.hold();
    const delivery = push(worker, 'blind', 'run-1', twoLoads);
    await eventually('looks of either kind', async () => (looks > 4 ? true : undefined));
    world.loads.letGo();
    expect((await delivery).status).toBe(204);
    await between.close();
    expect(await world.show(apiKey)).toMatchObject({ status: 'COMPLETED' });
  });

  it('a look that is never answered delays no run', async () => {
    const apiKey = await world.backends.onboard('unanswered');
    await world.backends.hold('unanswered', ['run-1'], { pipeline: twoLoads });
    const between = await startProxy(world.backends.bigquery.url);
    let looks = 0;
    between.treat(({ path }) => {
      if (!path.includes('/tables/tenants/data')) return 'pass';
      looks++;
      return 'hang';
    });
    const worker = await world.startWorker({ watchEveryMs: 20, bigqueryUrl: between.url });
    world.loads.hold();
    const delivery = push(worker, 'unanswered', 'run-1', twoLoads);
    await eventually('a look', async () => (looks > 0 ? true : undefined));
    world.loads.letGo();
    expect((await delivery).status).toBe(204);
    await between.close();
    expect(await world.show(apiKey)).toMatchObject({ status: 'COMPLETED' });
  });

  it('by an instance that fails to stop the jobs has cancelled all the same', async () => {
    const apiKey = await world.backends.onboard('crash_jobs');
    await world.backends.hold('crash_jobs', ['run-1'], { pipeline: twoLoads });
    world.proxy.treat(({ method, path }) =>
      method === 'GET' && path.includes('/jobs/')
        ? { status: 400, body: { error: { code: 400, message: 'no' } } }
        : 'pass',
    );
    expect(await world.cancel(apiKey)).toMatchObject({ status: 202, body: { status: 'CANCELLED' } });
    await world.expectCancelledOnce('crash_jobs');
  });

  it('is told, shown and billed alike while the ledger takes no rows; reconcile appends it', async () => {
    const apiKey = await world.backends.onboard('no_ledger');
    await world.backends.hold('no_ledger', ['run-1'], { pipeline: twoLoads });
    world.proxy.treat(({ path }) =>
      path.includes('/pipeline_runs/insertAll')
        ? { status: 503, body: { error: { code: 503, message: 'no', errors: [{ reason: 'backendError' }] } } }
        : 'pass',
    );
    expect(await world.cancel(apiKey)).toMatchObject({ status: 202, body: { status: 'CANCELLED' } });
    expect(await world.show(apiKey)).toMatchObject({ status: 'CANCELLED', error_code: 'cancelled' });
    expect((await world.backends.usage('no_ledger')).slots).toEqual([]);
    expect(await world.cancel(apiKey)).toMatchObject({ status: 200, body: { status: 'CANCELLED' } });
    expect(await world.ledger('no_ledger')).toEqual([]);
    world.proxy.treat(() => 'pass');
    const reconcile = await startReconcileInstance({
      bigqueryUrl: world.backends.bigquery.url,
      now: () => new Date(Date.now() + 120_000),
    });
    expect((await call(reconcile.url, 'POST', '/')).status).toBe(200);
    await reconcile.close();
    await world.expectCancelledOnce('no_ledger');
  });

  it('answers 503 if it cannot be decided in time, and the run goes on', async () => {
    const apiKey = await world.backends.onboard('refused');
    await world.backends.hold('refused', ['run-1']);
    const between = await startProxy(world.backends.bigquery.url);
    between.treat(({ statement }) =>
      statement === 'settle-runs'
        ? { status: 503, body: { error: { code: 503, message: 'no', errors: [{ reason: 'backendError' }] } } }
        : 'pass',
    );
    const run = await startRunInstance({ bigqueryUrl: between.url, settling: { budgetMs: 100 } });
    const path = '/api/v1/pipelines/runs/run-1/cancel';
    expect(await call(run.url, 'POST', path, { headers: withKey(apiKey) })).toMatchObject({
      status: 503,
      body: { code: 'unavailable', detail: expect.stringContaining('ask again') },
    });
    await run.close();
    await between.close();
    expect(await world.show(apiKey)).toMatchObject({ status: 'ADMITTED' });
    expect((await world.backends.usage('refused')).slots).toEqual(['run-1']);
  });
});
