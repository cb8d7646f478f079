import { createRunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { systemClock } from '../../../shared/support/clock';
import { query } from '../../support/local-cloud';
import { settleHeld } from '../support/backends';
import { startedForBulkCancel } from './bulk-cancel-calls';
import { describeBulkCancel } from './bulk-cancel-suite';

/** Of each of two pipelines in each of three tenants: some 200 runs in flight. */
const each = 34;

describeBulkCancel(each, [
  { minutes: 9, woken: 0 },
  { minutes: 11, woken: 1 },
  { minutes: 12 * 24 * 60, woken: 0 },
]);

/** In one process work-on-operation.test.ts tries many more cases of these. */
describe('Bulk-cancel in trouble', () => {
  const given = startedForBulkCancel();
  const { start, show, abort } = given;

  it('is aborted in its middle: what is under way ends, and nothing else is begun', async () => {
    const all = await given.world.holdRuns('aborted', each);
    const id = await start();
    let cancelled = 0;
    const aborting = await given.world.startOperator({
      onCancelled: async () => {
        if (++cancelled === 3)
          expect(await abort(id)).toMatchObject({ status: 202, body: { state: 'aborted' } });
      },
    });
    expect(await aborting.deliver(id)).toBe(204);
    expect(await show(id)).toMatchObject({ state: 'aborted', total: all / 2, done: 4 });
    expect(await given.operator.deliver(id)).toBe(204);
    const sql = `SELECT operation, actor_kind, tenant_id, before, JSON_VALUE(after, '$.kind') AS kind,
        JSON_VALUE(after, '$.state') AS state FROM audit_log WHERE target = @id ORDER BY occurred_at`;
    const ofAdmins = { actor_kind: 'admin', tenant_id: null };
    expect(await query(given.world.backends.client, 'tenant_pipelines', sql, { id })).toEqual([
      { operation: 'bulkCancelRuns', ...ofAdmins, before: null, kind: 'bulk-cancel', state: null },
      {
        operation: 'abortOperation',
        ...ofAdmins,
        before: '{"state":"running"}',
        kind: null,
        state: 'aborted',
      },
    ]);
    expect(await given.world.runsOf('aborted')).toEqual({ ADMITTED: all - 4, CANCELLED: 4 });
  });

  it('a tenant that cannot be read holds up no other, and is cancelled once it can be', async () => {
    const all = await given.world.holdRuns('unread', each);
    const id = await start();
    let reads = 0;
    const failing = await given.world.startOperator({
      onRead: (tenant) => {
        if (tenant === 'second' && ++reads <= 2)
          throw Object.assign(new Error('backendError'), { code: 503 });
      },
    });
    expect(await failing.deliver(id)).toBe(503);
    expect(await show(id)).toMatchObject({ state: 'running', total: 2 * each + 1, done: 2 * each });
    expect(await failing.deliver(id)).toBe(204);
    expect(await show(id)).toMatchObject({ state: 'done', done: 2 * each + 1, failed: 0, problems: [] });
    expect(await given.world.runsOf('unread')).toEqual({ ADMITTED: all / 2, CANCELLED: all / 2 });
  });

  it('goes on where an instance died after it had cancelled and before it had written that down', async () => {
    const all = await given.world.holdRuns('died', each);
    const id = await start();
    let written = 0;
    let dies = () => {};
    const death = new Promise<void>((resolve) => {
      dies = resolve;
    });
    const dying = await given.world.startOperator({
      // The plan is two rows, and progress one for each two runs.
      onWrite: () => {
        if (++written <= 3) return undefined;
        dies();
        return new Promise(() => {});
      },
    });
    const dead = dying.deliver(id).catch(() => 'broken off');
    await death;
    await dying.close();
    expect(await dead).toBe('broken off');
    expect(await show(id)).toMatchObject({ state: 'running', total: all / 2, done: 2 });
    expect(await given.world.runsOf('died')).toEqual({ ADMITTED: all - 4, CANCELLED: 4 });
    expect(await given.operator.deliver(id)).toBe(204);
    expect(await show(id)).toMatchObject({ state: 'done', total: all / 2, done: all / 2, skipped: 0 });
    expect(await given.world.runsOf('died')).toEqual({ ADMITTED: all / 2, CANCELLED: all / 2 });
  });

  it('two deliveries at once do no harm, and each run counts once', async () => {
    const all = await given.world.holdRuns('twice', each);
    const id = await start();
    const other = await given.world.startOperator();
    const statuses = await Promise.all([
      given.operator.deliver(id),
      other.deliver(id),
      given.operator.deliver(id),
    ]);
    expect(statuses).toEqual([204, 204, 204]);
    expect(await show(id)).toMatchObject({ state: 'done', total: all / 2, done: all / 2, skipped: 0 });
    expect(await given.world.runsOf('twice')).toEqual({ ADMITTED: all / 2, CANCELLED: all / 2 });
  });

  it('does as much as a delivery has time for, and hands over to a fresh message', async () => {
    const all = await given.world.holdRuns('handed', each);
    const id = await start();
    let cancelled = 0;
    const monotonicMs = () => cancelled;
    const slow = await given.world.startOperator({
      workMs: 3,
      clock: { ...systemClock, monotonicMs },
      onCancelled: () => {
        cancelled++;
        return undefined;
      },
    });
    expect(await slow.deliver(id)).toBe(204);
    expect(slow.handedOver).toHaveLength(1);
    expect(await show(id)).toMatchObject({ state: 'running', total: all / 2, done: 4 });
    for (let [message, next] = [slow.handedOver[0], 1]; message; message = slow.handedOver[next++])
      expect(await slow.deliver(message.operation_id)).toBe(204);
    expect(await show(id)).toMatchObject({ state: 'done', done: all / 2 });
  });

  it('tries again later what fails for now, and gives up what has failed for a day', async () => {
    await given.world.holdRuns('failing', 1);
    const id = await start();
    const real = createRunStatement(given.world.backends.client);
    const failing = {
      runStatement: (async (dataset, statement, ...rest) => {
        if (dataset === 'second' && statement.name === 'read-run')
          throw Object.assign(new Error('backendError'), { code: 503 });
        return real(dataset, statement, ...rest);
      }) as typeof real,
    };
    const today = await given.world.startOperator(failing);
    expect(await today.deliver(id)).toBe(503);
    expect(await show(id)).toMatchObject({ state: 'running', total: 3, done: 2, failed: 0 });
    const tomorrow = await given.world.startOperator({
      ...failing,
      clock: { ...systemClock, now: () => new Date(Date.now() + 25 * 3_600_000) },
    });
    expect(await tomorrow.deliver(id)).toBe(204);
    const problem = { tenant_id: 'second', item_id: 'failing-dryrun-0', message: expect.any(String) };
    expect(await show(id)).toMatchObject({ state: 'done', done: 2, failed: 1, problems: [problem] });
  });

  it('skips runs that have ended by themselves', async () => {
    await given.world.holdRuns('ended', 1);
    const id = await start({ tenants: ['first'] });
    let written = 0;
    const late = await given.world.startOperator({
      // The plan's last row is the second.
      onWrite: async () => {
        if (++written === 2) await settleHeld(given.world.backends, 'first', 'ended-dryrun-0');
      },
    });
    expect(await late.deliver(id)).toBe(204);
    expect(await show(id)).toMatchObject({ state: 'done', total: 1, done: 0, skipped: 1 });
  });
});
