import { eventually } from '../../support/local-cloud';
import { dryrun, settleHeld } from '../support/backends';
import { push } from '../support/instances';
import { startProxy, type Treatment } from '../support/proxy';
import { type CancelWorld, startCancelWorld, stopped, twoLoads } from './cancel-world';

describe('POST /api/v1/pipelines/runs/{run_id}/cancel', () => {
  let world: CancelWorld;
  beforeAll(async () => {
    world = await startCancelWorld();
  });
  beforeEach(() => {
    world.proxy.treat(() => 'pass');
    world.loads.letGo();
  });
  afterAll(() => world?.close());

  it('ends a run that has not started; its message then does nothing', async () => {
    const apiKey = await world.backends.onboard('waiting');
    await world.backends.hold('waiting', ['run-1'], { pipeline: twoLoads });
    expect(await world.cancel(apiKey)).toMatchObject({
      status: 202,
      body: { run_id: 'run-1', tenant_id: 'waiting', status: 'CANCELLED' },
    });
    const worker = await world.startWorker();
    expect((await push(worker, 'waiting', 'run-1', twoLoads)).status).toBe(204);
    await world.expectCancelledOnce('waiting');
    expect(await world.jobsOf('waiting')).toEqual([]);
    expect(await world.show(apiKey)).toMatchObject({
      status: 'CANCELLED',
      error_code: 'cancelled',
      started_at: null,
      ended_at: expect.stringMatching(/Z$/),
      steps: [],
    });
  });

  it('stops the running step’s job in BigQuery itself; the worker writes no other outcome', async () => {
    const apiKey = await world.backends.onboard('in_a_step');
    await world.backends.hold('in_a_step', ['run-1'], { pipeline: twoLoads });
    // So rarely that the worker learns of it only from the end of its job.
    const worker = await world.startWorker({ watchEveryMs: 60_000 });
    world.loads.hold();
    const delivery = push(worker, 'in_a_step', 'run-1', twoLoads);
    await world.whenRunning('in_a_step', 'first_1');
    expect((await world.cancel(apiKey)).status).toBe(202);
    world.loads.letGo();
    expect((await delivery).status).toBe(204);
    // It is neither tried again under another id nor followed by the next step.
    expect(await world.jobsOf('in_a_step')).toEqual([stopped('first_1')]);
    expect(await world.rowsIn('in_a_step', 'first')).toEqual([]);
    await world.expectCancelledOnce('in_a_step');
  });

  it('keeps what earlier steps did and used', async () => {
    const apiKey = await world.backends.onboard('later_step');
    await world.backends.hold('later_step', ['run-1'], { pipeline: twoLoads });
    const worker = await world.startWorker();
    world.loads.hold(1);
    const delivery = push(worker, 'later_step', 'run-1', twoLoads);
    await world.whenRunning('later_step', 'second_1');
    expect((await world.cancel(apiKey)).status).toBe(202);
    world.loads.letGo();
    expect((await delivery).status).toBe(204);
    expect(await world.rowsIn('later_step', 'first')).toEqual([{ n: 1 }, { n: 2 }]);
    expect(await world.rowsIn('later_step', 'second')).toEqual([]);
    await world.expectCancelledOnce('later_step');
    const shown = await world.show(apiKey);
    expect(shown).toMatchObject({
      status: 'CANCELLED',
      rows_written: 2,
      started_at: expect.stringMatching(/Z$/),
    });
    expect(shown.steps).toContainEqual(expect.objectContaining({ step_id: 'first', status: 'COMPLETED' }));
  });

  it('keeps the worker from starting another step', async () => {
    const apiKey = await world.backends.onboard('between');
    await world.backends.hold('between', ['run-1'], { pipeline: twoLoads });
    const between = await startProxy(world.backends.bigquery.url);
    // The worker hears of the end of its first job only after the run was cancelled.
    let letGo = () => {};
    const cancelled = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let isAsked = false;
    between.treat(async ({ method, path }): Promise<Treatment> => {
      if (method !== 'GET' || !path.includes('_first_1')) return 'pass';
      isAsked = true;
      await cancelled;
      return 'pass';
    });
    const worker = await world.startWorker({ watchEveryMs: 60_000, bigqueryUrl: between.url });
    world.loads.hold();
    const delivery = push(worker, 'between', 'run-1', twoLoads);
    await eventually('the worker’s look at its first job', async () => isAsked || undefined);
    world.loads.letGo();
    await eventually('the end of the first job', async () =>
      (await world.jobsOf('between')).find(({ state }) => state === 'DONE'),
    );
    expect((await world.cancel(apiKey)).status).toBe(202);
    // The worker’s last look counts for a second.
    const time = performance.now.bind(performance);
    const later = jest.spyOn(performance, 'now').mockImplementation(() => time() + 2_000);
    letGo();
    expect((await delivery).status).toBe(204);
    later.mockRestore();
    await between.close();
    expect((await world.jobsOf('between')).map(({ step }) => step)).toEqual(['first_1']);
    await world.expectCancelledOnce('between');
  });

  it('answers 200 with the outcome of a run that is over, and changes nothing, even twice', async () => {
    const apiKey = await world.backends.onboard('over');
    await world.backends.hold('over', ['run-1', 'run-2'], {});
    await push(await world.startWorker(), 'over', 'run-1', dryrun);
    for (let time = 0; time < 2; time++) {
      expect(await world.cancel(apiKey)).toMatchObject({ status: 200, body: { status: 'COMPLETED' } });
    }
    expect((await world.cancel(apiKey, 'run-2')).status).toBe(202);
    expect(await world.cancel(apiKey, 'run-2')).toMatchObject({ status: 200, body: { status: 'CANCELLED' } });
    expect(await world.ledger('over')).toEqual([
      ['COMPLETED', null],
      ['CANCELLED', 'cancelled'],
    ]);
    expect(await world.backends.usage('over')).toEqual({ ever: 2, month: 2, running: 0, slots: [] });
  });

  it('counts once if called many times at once', async () => {
    const apiKey = await world.backends.onboard('at_once');
    await world.backends.hold('at_once', ['run-1']);
    const answers = await Promise.all(Array.from({ length: 5 }, () => world.cancel(apiKey)));
    for (const { status, body } of answers) {
      expect([200, 202]).toContain(status);
      expect(body.status).toBe('CANCELLED');
    }
    expect(new Set((await world.ledger('at_once')).map(([status]) => status))).toEqual(
      new Set(['CANCELLED']),
    );
    expect(await world.backends.usage('at_once')).toEqual({ ever: 1, month: 1, running: 0, slots: [] });
  });

  it('at the moment of completion answers with the outcome that was settled first', async () => {
    const apiKey = await world.backends.onboard('photo_finish');
    await world.backends.hold('photo_finish', ['run-1']);
    // The worker settles it after the look and before the cancellation does.
    let isFirst = true;
    world.proxy.treat(async ({ statement }): Promise<Treatment> => {
      if (isFirst && statement === 'settle-runs') {
        isFirst = false;
        await settleHeld(world.backends, 'photo_finish', 'run-1');
      }
      return 'pass';
    });
    expect(await world.cancel(apiKey)).toMatchObject({ status: 200, body: { status: 'COMPLETED' } });
    expect(await world.show(apiKey)).toMatchObject({ status: 'COMPLETED' });
    expect(await world.ledger('photo_finish')).toEqual([['COMPLETED', null]]);
    expect(await world.backends.usage('photo_finish')).toEqual({ ever: 1, month: 1, running: 0, slots: [] });
  });

  it('stands against a worker whose row was on its way, whenever that lands', async () => {
    const apiKey = await world.backends.onboard('late_row');
    await world.backends.hold('late_row', ['run-1']);
    const worker = await world.startWorker();
    // The worker has executed the run, and its settling comes after the cancellation was answered.
    const between = await startProxy(world.backends.bigquery.url);
    let told: Awaited<ReturnType<typeof world.cancel>> | undefined;
    between.treat(async ({ statement }): Promise<Treatment> => {
      if (statement === 'settle-runs') told ??= await world.cancel(apiKey);
      return 'pass';
    });
    const late = await world.startWorker({ bigqueryUrl: between.url });
    expect((await push(late, 'late_row', 'run-1', dryrun)).status).toBe(204);
    await between.close();
    expect(told).toMatchObject({ status: 202, body: { status: 'CANCELLED' } });
    expect((await push(worker, 'late_row', 'run-1', dryrun)).status).toBe(204);
    expect(await world.show(apiKey)).toMatchObject({ status: 'CANCELLED' });
    await world.expectCancelledOnce('late_row');
  });

  it('answers 404 for a run that does not exist or is another tenant’s', async () => {
    const apiKey = await world.backends.onboard('owner');
    const otherKey = await world.backends.onboard('stranger');
    await world.backends.hold('owner', ['run-1']);
    expect(await world.cancel(otherKey)).toMatchObject({ status: 404, body: { code: 'run_not_found' } });
    expect(await world.cancel(apiKey, 'run-2')).toMatchObject({
      status: 404,
      body: { code: 'run_not_found' },
    });
    expect((await world.backends.usage('owner')).slots).toEqual(['run-1']);
  });
});
