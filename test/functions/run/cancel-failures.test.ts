import { call, eventually } from '../../support/local-cloud';
import { push, startReconcileInstance } from '../support/instances';
import { startProxy, type Treatment } from '../support/proxy';
import { type CancelWorld, recordOutcome, startCancelWorld, stopped, twoLoads } from './cancel-world';

describe('A cancellation, when something fails', () => {
  let world: CancelWorld;
  beforeAll(async () => {
    world = await startCancelWorld();
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

  it.each([
    ['its release', 'release-runs'],
    ['its jobs', undefined],
  ])(
    'an instance that fails at %s has cancelled all the same, and the rest is done by others',
    async (_what, statement) => {
      const tenantId = `crash_${statement === undefined ? 'jobs' : 'slot'}`;
      const apiKey = await world.backends.onboard(tenantId);
      await world.backends.hold(tenantId, ['run-1'], { pipeline: twoLoads });
      world.proxy.treat((asked) => {
        const isHit =
          statement === undefined
            ? asked.method === 'GET' && asked.path.includes('/jobs/')
            : asked.statement === statement;
        return isHit ? { status: 400, body: { error: { code: 400, message: 'no' } } } : 'pass';
      });
      expect(await world.cancel(apiKey)).toMatchObject({ status: 202, body: { status: 'CANCELLED' } });
      world.proxy.treat(() => 'pass');
      const reconcile = await startReconcileInstance({ bigqueryUrl: world.backends.bigquery.url });
      expect((await call(reconcile.url, 'POST', '/')).status).toBe(200);
      await reconcile.close();
      await world.expectCancelledOnce(tenantId);
    },
  );

  it('that was broken off is completed when asked for again', async () => {
    const apiKey = await world.backends.onboard('again');
    await world.backends.hold('again', ['run-1'], { pipeline: twoLoads });
    world.proxy.treat(({ statement }) =>
      statement === 'release-runs' ? { status: 400, body: { error: { code: 400, message: 'no' } } } : 'pass',
    );
    expect((await world.cancel(apiKey)).status).toBe(202);
    expect((await world.backends.usage('again')).slots).toEqual(['run-1']);
    world.proxy.treat(() => 'pass');
    expect(await world.cancel(apiKey)).toMatchObject({ status: 200, body: { status: 'CANCELLED' } });
    await world.expectCancelledOnce('again');
  });

  it('is told as cancelled even if its row cannot be read yet', async () => {
    const apiKey = await world.backends.onboard('lagging');
    await world.backends.hold('lagging', ['run-1'], { pipeline: twoLoads });
    let taken = Number.POSITIVE_INFINITY;
    const whenRead = () =>
      eventually('the second look', async () =>
        world.proxy.calls.slice(taken).find((call) => call.statement === 'read-run' && call.status === 200),
      );
    world.proxy.treat(async ({ path, statement }): Promise<Treatment> => {
      if (path.includes('/pipeline_runs/insertAll')) {
        taken = world.proxy.calls.length;
        return { status: 200, body: { kind: 'bigquery#tableDataInsertAllResponse' } };
      }
      // By now the row can be read.
      if (statement === 'release-runs' && (await whenRead()))
        await recordOutcome(world.backends, 'lagging', 'CANCELLED');
      return 'pass';
    });
    expect(await world.cancel(apiKey)).toMatchObject({ status: 202, body: { status: 'CANCELLED' } });
    expect(await world.show(apiKey)).toMatchObject({ status: 'CANCELLED' });
    expect((await world.backends.usage('lagging')).slots).toEqual([]);
  });

  it('answers 503 if the row cannot be written, and the run goes on', async () => {
    const apiKey = await world.backends.onboard('refused');
    await world.backends.hold('refused', ['run-1']);
    world.proxy.treat(({ path }) =>
      path.includes('/pipeline_runs/insertAll')
        ? { status: 503, body: { error: { code: 503, message: 'no', errors: [{ reason: 'backendError' }] } } }
        : 'pass',
    );
    expect(await world.cancel(apiKey)).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    world.proxy.treat(() => 'pass');
    expect(await world.show(apiKey)).toMatchObject({ status: 'ADMITTED' });
    expect((await world.backends.usage('refused')).slots).toEqual(['run-1']);
  });
});
