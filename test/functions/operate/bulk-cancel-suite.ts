import { eventually, query, withKey } from '../../support/local-cloud';
import { startReconcileInstance } from '../support/instances';
import { startedForBulkCancel } from './bulk-cancel-calls';
import { dryrunPipeline } from './operate-world';

/** What reconcile does after an operation has rested so long. */
interface Rest {
  readonly minutes: number;
  readonly woken: number;
}

/** @param each how many runs of each of two pipelines each of three tenants has in flight in a test */
export const describeBulkCancel = (each: number, rests: readonly Rest[]): void =>
  describe('Bulk-cancel', () => {
    const given = startedForBulkCancel();
    const { start, show, abort } = given;

    it('cancels the runs of all tenants that match, each once, and tells its progress', async () => {
      const all = await given.world.holdRuns('all', each);
      const counted = await given.world.ask('POST', '/api/v1/runs/bulk-cancel', {
        ...given.dryruns,
        dry_run: true,
      });
      expect(counted).toMatchObject({
        status: 200,
        body: { dry_run: true, runs: all / 2, tenants: 3, is_complete: true },
      });
      const ofOne = { ...given.dryruns, tenant: 'first', status: 'ADMITTED', dry_run: true };
      expect((await given.world.ask('POST', '/api/v1/runs/bulk-cancel', ofOne)).body).toMatchObject({
        runs: all / 6,
        tenants: 1,
      });
      const everything = await given.world.ask('POST', '/api/v1/runs/bulk-cancel', {
        all: true,
        dry_run: true,
      });
      expect(everything.body).toMatchObject({ runs: all, tenants: 3 });
      const answer = await given.world.ask('POST', '/api/v1/runs/bulk-cancel', {
        ...given.dryruns,
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
      expect(await given.world.runsOf('all')).toEqual({ ADMITTED: all });

      expect(await given.operator.deliver(id)).toBe(204);
      const counts = { total: all / 2, done: all / 2, skipped: 0, failed: 0, problems: [] };
      expect(await show(id)).toMatchObject({ state: 'done', ...counts, ended_at: expect.any(String) });
      expect(await given.world.runsOf('all')).toEqual({ ADMITTED: all / 2, CANCELLED: all / 2 });
      const [row] = await query(
        given.world.backends.client,
        'first',
        'SELECT error_message FROM pipeline_runs LIMIT 1',
      );
      expect(row?.error_message).toBe('The run was cancelled by request: Wrong month.');

      // What a delivery has planned that died, in a row that comes late, is no part of it.
      const [operation] = await given.world.operations.list({ operationId: id }, 1);
      if (operation === undefined) throw new Error(`Operation ${id} is not there`);
      const planned = { tenant_id: 'first', item_id: '*', outcome: 'planned' as const, problem: null };
      await given.world.operations.write(operation, 'died', { state: 'running', items: [planned] });
      expect(await show(id)).toMatchObject({ state: 'done', ...counts });

      // A message that comes late or again finds nothing to do.
      expect(await given.operator.deliver(id)).toBe(204);
      expect(await abort(id)).toMatchObject({ status: 200, body: { state: 'done' } });
      expect((await given.world.ask('GET', '/api/v1/operations?state=done&limit=1')).body.operations).toEqual(
        [await show(id)],
      );
    });

    it('of a tenant concerns its own runs, and of them those that its key is for', async () => {
      await given.world.holdRuns('own', 1);
      const asFirst = withKey(given.world.keys.get('first') ?? '');
      const asSecond = withKey(given.world.keys.get('second') ?? '');
      const narrow = await given.world.ask(
        'POST',
        '/api/v1/tenants/first/api-keys',
        { pipelines: [dryrunPipeline], scopes: ['run', 'read'] },
        asFirst,
      );
      const everything = { pipeline: undefined };
      const path = '/api/v1/tenants/first/runs/bulk-cancel';
      const id = await start(everything, path, withKey(String(narrow.body.api_key)));
      expect(await given.operator.deliver(id)).toBe(204);
      const own = `/api/v1/tenants/first/operations/${id}`;
      const shown = await given.world.ask('GET', own, undefined, asFirst);
      expect(shown.body).toMatchObject({
        tenant_id: 'first',
        state: 'done',
        done: 1,
        started_by: { kind: 'key', id: narrow.body.api_key_id },
      });
      expect(await given.world.runsOf('own')).toEqual({ ADMITTED: 5, CANCELLED: 1 });
      const ofAll = await start(everything, path, asFirst);
      const abortAll = `/api/v1/tenants/first/operations/${ofAll}/abort`;
      const asNarrow = withKey(String(narrow.body.api_key));
      expect(await given.world.ask('POST', abortAll, undefined, asNarrow)).toMatchObject({
        status: 403,
        body: { code: 'pipeline_not_allowed' },
      });
      expect((await given.world.ask('POST', abortAll, undefined, asFirst)).status).toBe(202);

      const others = `/api/v1/tenants/second/operations/${id}`;
      expect(await given.world.ask('GET', others, undefined, asSecond)).toMatchObject({
        status: 404,
        body: { code: 'operation_not_found' },
      });
      const byAdmin = await start(everything, path);
      const admins = `/api/v1/tenants/first/operations/${byAdmin}`;
      expect((await given.world.ask('GET', admins, undefined, asFirst)).body.started_by).toEqual({
        kind: 'admin',
        id: 'admin',
      });
      expect(await given.world.ask('POST', `${admins}/abort`, undefined, asFirst)).toMatchObject({
        status: 403,
        body: { code: 'insufficient_role' },
      });
      expect(await abort(byAdmin)).toMatchObject({ status: 202 });
    });

    it('a message of nothing is dropped, one that is ahead of its row comes again, an unknown kind fails', async () => {
      expect(await given.operator.deliver(7)).toBe(204);
      expect(given.operator.lines).toContainEqual(expect.objectContaining({ event: 'message_dropped' }));
      expect(await given.operator.deliver('op_nothing')).toBe(503);
      expect(await given.operator.deliver('op_nothing', new Date(Date.now() - 2 * 3_600_000))).toBe(204);
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
      await given.world.operations.write(head, 'a version to come', { state: 'waiting' });
      expect(await given.operator.deliver('op_unknown')).toBe(204);
      expect(await show('op_unknown')).toMatchObject({
        state: 'failed',
        problems: [{ item_id: null, message: "There is no kind of operation 'constructor'" }],
      });
      // An abort that was decided before that was seen.
      await given.world.operations.write(head, 'a request', { state: 'aborted' });
      expect(await show('op_unknown')).toMatchObject({ state: 'failed' });
    });

    it('is woken by reconcile where it has rested for ten minutes, and only then', async () => {
      const { backends } = given.world;
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
        const { body } = await given.world.ask('GET', '/api/v1/operations?state=waiting');
        expect(body.operations).toHaveLength(1);
        const answer = await fetch(reconcile.url, { method: 'POST' });
        await reconcile.close();
        return ((await answer.json()) as Record<string, unknown>).operations_woken;
      };
      for (const { minutes, woken: expected } of rests) expect(await reconcileAfter(minutes)).toBe(expected);
      await eventually('the message', async () => woken[0]);
      await subscription.close();
      expect(woken).toEqual([id]);
      expect(await given.operator.deliver(id)).toBe(204);
    });
  });
