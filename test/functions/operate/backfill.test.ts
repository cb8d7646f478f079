import { rmSync } from 'node:fs';
import { type BackfillWorld, daily, expectOnce, rerunsOf, startBackfillWorld } from './backfill-calls';

/*
 * The same with the whole local cloud, 365 days and two kills: test/e2e/killed/killed-backfill.long.test.ts.
 */
describe('A backfill', () => {
  let world: BackfillWorld;
  beforeAll(async () => {
    world = await startBackfillWorld();
  });
  afterAll(async () => {
    await world?.close();
    if (world !== undefined) rmSync(world.schemas, { recursive: true });
  });

  it('runs each date once, so many at once, whoever dies in the middle of it', async () => {
    const { start, show, deliver, work, runsOf } = world;
    const id = await start({ from: '2026-01-30', to: '2026-02-06', limit: 3 });
    expect(await show(id)).toMatchObject({ state: 'waiting', kind: 'backfill', total: null });
    // It dies when its plan is written, then when its runs are started and before it says what it has seen.
    expect(await deliver(id, { diesAtWrite: 1 })).toBe(503);
    expect(await deliver(id)).toBe(204);
    expect(await runsOf(id)).toEqual({ ADMITTED: 3 });
    // Woken again while all its places are taken, by two messages at once.
    expect(await Promise.all([deliver(id), deliver(id)])).toEqual([204, 204]);
    expect(await runsOf(id)).toEqual({ ADMITTED: 3 });
    expect(await show(id)).toMatchObject({ state: 'running', total: 8, done: 0 });

    await work();
    expect(await runsOf(id)).toEqual({ COMPLETED: 3 });
    expect(await deliver(id, { diesAtWrite: 1 })).toBe(503);
    expect(await runsOf(id)).toEqual({ COMPLETED: 3, ADMITTED: 3 });
    expect(await deliver(id)).toBe(204);
    expect(await show(id)).toMatchObject({ state: 'running', done: 3 });
    await work();
    expect(await deliver(id)).toBe(204);
    await work();
    expect(await deliver(id)).toBe(204);
    expect(await show(id)).toMatchObject({ state: 'done', total: 8, done: 7, failed: 1, skipped: 0 });
    expect((await show(id)).problems).toEqual([
      { tenant_id: 'first', item_id: '2026-02-02', message: expect.stringContaining('division by zero') },
    ]);
    await expectOnce(world, id, 8);
  });

  it('is paused by a full quota or by hand, goes on when it is resumed, and ends when it is aborted', async () => {
    const { start, show, deliver, work, runsOf, change, setQuota } = world;
    const id = await start({ from: '2026-01-01', to: '2026-12-31', step: 'month', limit: 2 });
    await setQuota(1);
    expect(await deliver(id)).toBe(204);
    const paused = await show(id);
    expect(paused).toMatchObject({ state: 'paused', total: 12 });
    expect(paused.problems).toMatchObject([
      { message: expect.stringContaining('Monthly pipeline quota exceeded') },
    ]);
    await setQuota(null);
    expect(await deliver(id)).toBe(204);
    expect(Object.values(await runsOf(id))).toEqual([1]);

    expect(await change(id, 'resume')).toMatchObject({ status: 202, body: { state: 'running' } });
    expect(await change(id, 'resume')).toMatchObject({ status: 200 });
    expect(await deliver(id)).toBe(204);
    expect(await runsOf(id)).toEqual({ ADMITTED: 2 });
    expect(await change(id, 'pause')).toMatchObject({ status: 202, body: { state: 'paused', problems: [] } });
    await work();
    expect(await deliver(id)).toBe(204);
    expect(await runsOf(id)).toEqual({ COMPLETED: 2 });
    await change(id, 'resume');
    expect(await deliver(id)).toBe(204);
    expect(await runsOf(id)).toEqual({ COMPLETED: 2, ADMITTED: 2 });
    expect(await change(id, 'abort')).toMatchObject({ status: 202, body: { state: 'aborted' } });
    await work();
    expect(await deliver(id)).toBe(204);
    // What was in flight when it was aborted counts as well.
    expect(await show(id)).toMatchObject({ state: 'aborted', total: 12, done: 4 });
    await expectOnce(world, id, 4);
  });

  it('its runs are done again by a filter, each once, whoever dies in the middle of it', async () => {
    const { start, startRerun, show, deliver, work, runsOf, askRerun } = world;
    const from = new Date().toISOString();
    const days = await start({ from: '2026-02-01', to: '2026-02-03' });
    await deliver(days);
    await work();
    await deliver(days);
    expect(await runsOf(days)).toEqual({ COMPLETED: 2, FAILED: 1 });
    expect(await askRerun({ limit: 2 })).toMatchObject({ status: 400 });
    expect(await askRerun({ all: true, status: 'ADMITTED' })).toMatchObject({ status: 400 });

    const failed = await startRerun({ from, status: 'FAILED', rerun_from: 'failed_step' });
    expect(await deliver(failed)).toBe(204);
    await work();
    expect(await deliver(failed)).toBe(204);
    expect(await show(failed)).toMatchObject({ kind: 'bulk-rerun', state: 'done', total: 1, failed: 1 });

    // The run that has failed again is among them, and not the one that it has done again.
    const id = await startRerun({ from, pipeline: daily, limit: 3 });
    expect(await deliver(id)).toBe(204);
    await work();
    expect(await deliver(id, { diesAtWrite: 1 })).toBe(503);
    expect(await deliver(id)).toBe(204);
    await work();
    expect(await deliver(id)).toBe(204);
    expect(await show(id)).toMatchObject({ state: 'done', total: 3, done: 2, failed: 1 });
    expect(await runsOf(id)).toEqual({ COMPLETED: 2, FAILED: 1 });
    expect(await rerunsOf(world, id)).toEqual([{ rows_: 3, runs: 3, reruns_of: 3 }]);

    const key = { 'Idempotency-Key': 'again' };
    const repeated = await startRerun({ from, status: 'FAILED' }, key);
    expect(await startRerun({ from, status: 'FAILED' }, key)).toBe(repeated);
    expect(await askRerun({ from, status: 'CANCELLED' }, key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
  });

  it('its request says what is wrong, and is the same operation when it is repeated under its key', async () => {
    const { start, ask } = world;
    const dates = { from: '2026-01-01', to: '2026-01-03' };
    const key = { 'Idempotency-Key': 'january' };
    expect(await start(dates, key)).toBe(await start(dates, key));
    expect(await ask({ ...dates, to: '2026-01-04' }, key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    const wrong = async (change: object) => String((await ask({ ...dates, ...change })).body.detail);
    expect(await wrong({ from: '2026-01-04' })).toContain('to: expected a date that is not before');
    expect(await wrong({ to: '2029-01-01' })).toContain('at most 1000 dates');
    expect(await wrong({ parameter: 'divisor' })).toContain(
      'parameter: expected a parameter that takes a date: run_date',
    );
    expect(await wrong({ parameters: { nope: 1 } })).toContain("Unknown parameter 'nope'");
    expect(await wrong({ parameters: { run_date: '2026-01-01' } })).toContain('parameters.run_date');
    expect(await wrong({ watermark: 1 })).toContain('this pipeline has no watermark');
    expect(await wrong({ limit: 51 })).toContain('limit: expected at most 50');
  });

  it('ends with the key that has asked for it', async () => {
    const { start, show, deliver, runsOf, revokeKey } = world;
    const id = await start({ from: '2026-01-01', to: '2026-01-03' });
    await revokeKey();
    expect(await deliver(id)).toBe(204);
    expect(await show(id)).toMatchObject({
      state: 'failed',
      problems: [{ message: 'The key that asked for this is revoked, or has expired' }],
    });
    expect(await runsOf(id)).toEqual({});
  });
});
