import { createRunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { systemClock } from '../../../shared/support/clock';
import { eventually, query, withKey } from '../../support/local-cloud';
import { settleHeld } from '../support/backends';
import { startReconcileInstance } from '../support/instances';
import { dryrunPipeline, type OperateWorld, type Operator, startOperateWorld } from './operate-world';

/**
 * @param each how many runs of each of two pipelines each of three tenants has in flight in a test
 * @param isWhole whether deliveries are tried that die, come twice, take long, or fail
 */
export const describeBulkCancel = (each: number, isWhole = false): void =>
  describe('Bulk-cancel', () => {
    let world: OperateWorld;
    let operator: Operator;

    beforeAll(async () => {
      world = await startOperateWorld();
      operator = await world.startOperator();
    });
    afterAll(() => world?.close());

    /** What the runs of one test have in common, and those of others have not. */
    let dryruns: { readonly pipeline: string; readonly admitted_after: string };
    beforeEach(() => {
      dryruns = { pipeline: dryrunPipeline, admitted_after: new Date().toISOString() };
    });
    /** Asks for the runs of one of the pipelines to be cancelled. */
    const start = async (more = {}, path = '/api/v1/runs/bulk-cancel', headers = {}) => {
      const { status, body } = await world.ask('POST', path, { ...dryruns, ...more }, headers);
      expect(status).toBe(202);
      return String(body.operation_id);
    };
    const show = async (id: string) => (await world.ask('GET', `/api/v1/operations/${id}`)).body;
    const abort = (id: string) => world.ask('POST', `/api/v1/operations/${id}/abort`);

    it('cancels the runs of all tenants that match, each once, and tells its progress', async () => {
      const all = await world.holdRuns('all', each);
      const counted = await world.ask('POST', '/api/v1/runs/bulk-cancel', { ...dryruns, dry_run: true });
      expect(counted).toMatchObject({
        status: 200,
        body: { dry_run: true, runs: all / 2, tenants: 3, is_complete: true },
      });
      const everything = await world.ask('POST', '/api/v1/runs/bulk-cancel', { all: true, dry_run: true });
      expect(everything.body).toMatchObject({ runs: all, tenants: 3 });
      const answer = await world.ask('POST', '/api/v1/runs/bulk-cancel', {
        ...dryruns,
        reason: 'Wrong month.',
      });
      const id = String(answer.body.operation_id);
      expect(answer.headers.get('Location')).toBe(`/api/v1/operations/${id}`);
      expect(answer.body).toMatchObject({
        kind: 'bulk-cancel',
        state: 'waiting',
        total: null,
        tenant_id: null,
      });
      expect(await show(id)).toEqual({ ...answer.body, updated_at: expect.any(String) });
      expect(await world.runsOf('all')).toEqual({ ADMITTED: all });

      expect(await operator.deliver(id)).toBe(204);
      const counts = { total: all / 2, done: all / 2, skipped: 0, failed: 0, problems: [] };
      expect(await show(id)).toMatchObject({ state: 'done', ...counts, ended_at: expect.any(String) });
      expect(await world.runsOf('all')).toEqual({ ADMITTED: all / 2, CANCELLED: all / 2 });
      const [row] = await query(
        world.backends.client,
        'first',
        'SELECT error_message FROM pipeline_runs LIMIT 1',
      );
      expect(row?.error_message).toBe('The run was cancelled by request: Wrong month.');

      // A message that comes late or again finds nothing to do.
      expect(await operator.deliver(id)).toBe(204);
      expect(await abort(id)).toMatchObject({ status: 200, body: { state: 'done' } });
      expect((await world.ask('GET', '/api/v1/operations?state=done&limit=1')).body.operations).toEqual([
        await show(id),
      ]);
    });

    it('is aborted in its middle: what is under way ends, and nothing else is begun', async () => {
      const all = await world.holdRuns('aborted', each);
      const id = await start();
      let cancelled = 0;
      const aborting = await world.startOperator({
        onCancelled: async () => {
          if (++cancelled === 3)
            expect(await abort(id)).toMatchObject({ status: 202, body: { state: 'aborted' } });
        },
      });
      expect(await aborting.deliver(id)).toBe(204);
      expect(await show(id)).toMatchObject({ state: 'aborted', total: all / 2, done: 4 });
      expect(await operator.deliver(id)).toBe(204);
      const sql = `SELECT operation, actor_kind, tenant_id, before, JSON_VALUE(after, '$.kind') AS kind,
          JSON_VALUE(after, '$.state') AS state FROM audit_log WHERE target = @id ORDER BY occurred_at`;
      const ofAdmins = { actor_kind: 'admin', tenant_id: null };
      expect(await query(world.backends.client, 'tenant_pipelines', sql, { id })).toEqual([
        { operation: 'bulkCancelRuns', ...ofAdmins, before: null, kind: 'bulk-cancel', state: null },
        {
          operation: 'abortOperation',
          ...ofAdmins,
          before: '{"state":"running"}',
          kind: null,
          state: 'aborted',
        },
      ]);
      expect(await world.runsOf('aborted')).toEqual({ ADMITTED: all - 4, CANCELLED: 4 });
    });

    it('of a tenant concerns its own runs, and of them those that its key is for', async () => {
      await world.holdRuns('own', 1);
      const asFirst = withKey(world.keys.get('first') ?? '');
      const asSecond = withKey(world.keys.get('second') ?? '');
      const narrow = await world.ask(
        'POST',
        '/api/v1/tenants/first/api-keys',
        { pipelines: [dryrunPipeline], scopes: ['run', 'read'] },
        asFirst,
      );
      const everything = { pipeline: undefined };
      const path = '/api/v1/tenants/first/runs/bulk-cancel';
      const id = await start(everything, path, withKey(String(narrow.body.api_key)));
      expect(await operator.deliver(id)).toBe(204);
      const own = `/api/v1/tenants/first/operations/${id}`;
      const shown = await world.ask('GET', own, undefined, asFirst);
      expect(shown.body).toMatchObject({
        tenant_id: 'first',
        state: 'done',
        done: 1,
        started_by: { kind: 'key', id: narrow.body.api_key_id },
      });
      expect(await world.runsOf('own')).toEqual({ ADMITTED: 5, CANCELLED: 1 });

      const others = `/api/v1/tenants/second/operations/${id}`;
      expect(await world.ask('GET', others, undefined, asSecond)).toMatchObject({
        status: 404,
        body: { code: 'operation_not_found' },
      });
      const byAdmin = await start(everything, path);
      const admins = `/api/v1/tenants/first/operations/${byAdmin}`;
      expect((await world.ask('GET', admins, undefined, asFirst)).body.started_by).toEqual({
        kind: 'admin',
        id: 'admin',
      });
      expect(await world.ask('POST', `${admins}/abort`, undefined, asFirst)).toMatchObject({
        status: 403,
        body: { code: 'insufficient_role' },
      });
      expect(await abort(byAdmin)).toMatchObject({ status: 202 });
    });

    it('a message of nothing is dropped, one that is ahead of its row comes again, an unknown kind fails', async () => {
      expect(await operator.deliver(7)).toBe(204);
      expect(operator.lines).toContainEqual(expect.objectContaining({ event: 'message_dropped' }));
      expect(await operator.deliver('op_nothing')).toBe(503);
      expect(await operator.deliver('op_nothing', new Date(Date.now() - 2 * 3_600_000))).toBe(204);
      const head = {
        operation_id: 'op_unknown',
        started_at: new Date(),
        kind: 'constructor',
        tenant_id: null,
        started_by_kind: 'admin' as const,
        started_by: 'alice',
        filter: '{}',
        reason: null,
      };
      await world.operations.write(head, 'a version to come', { state: 'waiting' });
      expect(await operator.deliver('op_unknown')).toBe(204);
      expect(await show('op_unknown')).toMatchObject({
        state: 'failed',
        problems: [{ item_id: null, message: "There is no kind of operation 'constructor'" }],
      });
    });

    it('is woken by reconcile where it has rested for ten minutes, and only then', async () => {
      const { backends } = world;
      const id = await start();
      await backends.messages.createTopic('operations');
      const [subscription] = await backends.messages.topic('operations').createSubscription('woken');
      const woken: unknown[] = [];
      subscription.on('message', (message) => {
        woken.push(JSON.parse(message.data.toString()).operation_id);
        message.ack();
      });
      const reconcileAfter = async (minutes: number) => {
        const reconcile = await startReconcileInstance({
          bigqueryUrl: backends.bigquery.url,
          now: () => new Date(Date.now() + minutes * 60_000),
          operations: { topic: 'operations', controlDataset: 'tenant_pipelines' },
        });
        const { body } = await world.ask('GET', '/api/v1/operations?state=waiting');
        expect(body.operations).toHaveLength(1);
        const answer = await fetch(reconcile.url, { method: 'POST' });
        await reconcile.close();
        return ((await answer.json()) as Record<string, unknown>).operations_woken;
      };
      expect(await reconcileAfter(9)).toBe(0);
      expect(await reconcileAfter(11)).toBe(1);
      expect(await reconcileAfter(12 * 24 * 60)).toBe(0);
      await eventually('the message', async () => woken[0]);
      await subscription.close();
      expect(woken).toEqual([id]);
      expect(await operator.deliver(id)).toBe(204);
    });

    // What becomes of these in one process, work-on-operation.test.ts tries for many more cases.
    if (!isWhole) return;

    it('goes on where an instance died after it had cancelled and before it had written that down', async () => {
      const all = await world.holdRuns('died', each);
      const id = await start();
      let written = 0;
      let dies = () => {};
      const death = new Promise<void>((resolve) => {
        dies = resolve;
      });
      const dying = await world.startOperator({
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
      expect(await world.runsOf('died')).toEqual({ ADMITTED: all - 4, CANCELLED: 4 });
      expect(await operator.deliver(id)).toBe(204);
      expect(await show(id)).toMatchObject({ state: 'done', total: all / 2, done: all / 2, skipped: 0 });
      expect(await world.runsOf('died')).toEqual({ ADMITTED: all / 2, CANCELLED: all / 2 });
    });

    it('two deliveries at once do no harm, and each run counts once', async () => {
      const all = await world.holdRuns('twice', each);
      const id = await start();
      const other = await world.startOperator();
      const statuses = await Promise.all([operator.deliver(id), other.deliver(id), operator.deliver(id)]);
      expect(statuses).toEqual([204, 204, 204]);
      expect(await show(id)).toMatchObject({ state: 'done', total: all / 2, done: all / 2, skipped: 0 });
      expect(await world.runsOf('twice')).toEqual({ ADMITTED: all / 2, CANCELLED: all / 2 });
    });

    it('does as much as a delivery has time for, and hands over to a fresh message', async () => {
      const all = await world.holdRuns('handed', each);
      const id = await start();
      let cancelled = 0;
      const monotonicMs = () => cancelled;
      const slow = await world.startOperator({
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
      await world.holdRuns('failing', 1);
      const id = await start();
      const real = createRunStatement(world.backends.client);
      const failing = {
        runStatement: (async (dataset, statement, ...rest) => {
          if (dataset === 'second' && statement.name === 'read-run')
            throw Object.assign(new Error('backendError'), { code: 503 });
          return real(dataset, statement, ...rest);
        }) as typeof real,
      };
      const today = await world.startOperator(failing);
      expect(await today.deliver(id)).toBe(503);
      expect(await show(id)).toMatchObject({ state: 'running', total: 3, done: 2, failed: 0 });
      const tomorrow = await world.startOperator({
        ...failing,
        clock: { ...systemClock, now: () => new Date(Date.now() + 25 * 3_600_000) },
      });
      expect(await tomorrow.deliver(id)).toBe(204);
      const problem = { tenant_id: 'second', item_id: 'failing-dryrun-0', message: expect.any(String) };
      expect(await show(id)).toMatchObject({ state: 'done', done: 2, failed: 1, problems: [problem] });
    });

    it('skips runs that have ended by themselves', async () => {
      await world.holdRuns('ended', 1);
      const id = await start({ tenants: ['first'] });
      let written = 0;
      const late = await world.startOperator({
        // The plan's last row is the second.
        onWrite: async () => {
          if (++written === 2) await settleHeld(world.backends, 'first', 'ended-dryrun-0');
        },
      });
      expect(await late.deliver(id)).toBe(204);
      expect(await show(id)).toMatchObject({ state: 'done', total: 1, done: 0, skipped: 1 });
    });
  });
