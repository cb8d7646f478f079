import { createAppendRows } from '../../../shared/google/bigquery/tables/append-rows';
import { executionIdOf, toJobId } from '../../../shared/pipelines/job-ids';
import { query } from '../../support/local-cloud';
import { type Backends, dryrun, lifeOf, settleHeld } from '../support/backends';
import { push, startReconcileInstance } from '../support/instances';
import type { Treatment } from '../support/proxy';
import { minutes, type ReconcileWorld } from './reconcile-world';

const no: Treatment = { status: 400, body: { error: { code: 400, message: 'no' } } };

/** An attempt of a run's step, as a worker records it. */
export const beginRun = async ({ client }: Pick<Backends, 'client'>, tenant_id: string, run_id: string) => {
  const time = new Date().toISOString();
  const attempt = { step_id: 'read_metadata', step_type: 'query', attempt: 1, status: 'COMPLETED' };
  const times = { started_at: time, ended_at: time, recorded_at: time };
  const json = { run_id, tenant_id, pipeline: dryrun, ...attempt, ...times };
  await createAppendRows(client)(tenant_id, 'step_logs', [{ insertId: run_id, json }]);
};

/** What becomes of runs whose lease is over. */
export const describeLapsed = (worldOf: () => ReconcileWorld): void =>
  describe('where a lease is over', () => {
    /** Admits runs whose lease of ten minutes ended long ago. */
    const lapse = async (tenantId: string, runIds: readonly string[], ago = minutes(20)) => {
      const { backends } = worldOf();
      await backends.hold(tenantId, runIds, { lease_seconds: 600 });
      // Afterwards: nothing is admitted before the month that its tenant's row counts.
      const earlier = (time: string) => `TIMESTAMP_SUB(${time}, INTERVAL ${ago} MILLISECOND) AS ${time}`;
      const sql = `UPDATE tenants SET active_runs = ARRAY(
        SELECT AS STRUCT slot.* REPLACE (${earlier('admitted_at')}, ${earlier('lease_expires_at')})
        FROM UNNEST(active_runs) AS slot) WHERE TRUE`;
      await query(backends.client, tenantId, sql);
    };
    const entries = (tenantId: string) =>
      query(
        worldOf().backends.client,
        tenantId,
        `SELECT run_id, queued_until IS NOT NULL AS waits, lease_expires_at > CURRENT_TIMESTAMP() AS has_lease,
          lease_seconds, UNIX_SECONDS(queued_until) - UNIX_SECONDS(admitted_at) AS waits_for
        FROM tenants, UNNEST(active_runs) ORDER BY run_id`,
      );
    const outcomes = (tenantId: string) =>
      query(
        worldOf().backends.client,
        tenantId,
        'SELECT run_id, status, error_code, error_message FROM pipeline_runs ORDER BY run_id',
      );

    it('puts back a run that never began, gives it no slot above the quota, and a fresh lease once one is free', async () => {
      const world = worldOf();
      const { backends, proxy, worker } = world;
      await backends.onboard('busy', { max_concurrent_pipelines: 1 });
      await lapse('busy', ['never-began']);
      await backends.hold('busy', ['in-its-place']);
      expect(await world.tick()).toMatchObject({ status: 200, body: { put_back: 1, expired: 0 } });
      expect(await entries('busy')).toMatchObject([
        { run_id: 'in-its-place', waits: false, has_lease: true },
        { run_id: 'never-began', waits: true, lease_seconds: 600, waits_for: 600 + 24 * 3_600 },
      ]);
      expect(await backends.usage('busy')).toMatchObject({ ever: 2, running: 1 });
      expect(world.logged('WARNING')).toContainEqual(
        expect.objectContaining({ event: 'run_put_back', tenant_id: 'busy', run_id: 'never-began' }),
      );
      // It holds no slot: a message that comes late begins nothing.
      expect((await push(worker, 'busy', 'never-began')).status).toBe(204);
      expect(await outcomes('busy')).toEqual([]);
      // Nobody is admitted before it, although its tenant has no queue.
      expect((await push(worker, 'busy', 'in-its-place')).status).toBe(204);
      await backends.hold('busy', ['later']);
      expect(await entries('busy')).toMatchObject([{ run_id: 'never-began', waits: false, has_lease: true }]);
      // Now that no lease is over, reconcile costs what it costs: the first of these drops what is settled.
      await world.tick();
      const before = proxy.calls.length;
      expect((await world.tick()).body).toMatchObject({ put_back: 0, expired: 0, repaired: 0 });
      const statements = proxy.calls.slice(before).flatMap(({ statement }) => statement ?? []);
      expect(statements.toSorted()).toEqual(['check-counters', 'find-recorded-runs']);
      expect((await push(worker, 'busy', 'never-began')).status).toBe(204);
      expect(await outcomes('busy')).toContainEqual(
        expect.objectContaining({ run_id: 'never-began', status: 'COMPLETED' }),
      );
    });

    it('ends those that had begun, by a record or a job of theirs, and those whose day is over', async () => {
      const world = worldOf();
      const { backends, proxy } = world;
      await backends.onboard('mixed');
      const before = proxy.countOf('find-lapsed-runs');
      await lapse('mixed', ['overdue'], minutes(25 * 60));
      await lapse('mixed', ['has-job', 'has-record', 'never-began']);
      // A lease that ended just now says little: clocks differ.
      await backends.hold('mixed', ['just-now'], { lease_seconds: -1 });
      await beginRun(backends, 'mixed', 'has-record');
      const onboardingId = await lifeOf(backends.client, 'mixed');
      const jobId = toJobId(executionIdOf({ runId: 'has-job', onboardingId }), 'read_metadata', 1);
      await backends.client.createQueryJob({ query: 'SELECT 1', jobId });
      expect((await world.tick()).body).toMatchObject({ put_back: 1, expired: 3 });
      expect(await outcomes('mixed')).toMatchObject([
        { run_id: 'has-job', error_code: 'lease_expired' },
        { run_id: 'has-record', error_code: 'lease_expired' },
        {
          run_id: 'overdue',
          status: 'FAILED',
          error_code: 'queue_expired',
          error_message: expect.stringMatching(
            /^The run never began: .* no worker had room .* started again\.$/,
          ),
        },
      ]);
      expect(await backends.usage('mixed')).toMatchObject({
        ever: 5,
        running: 1,
        slots: ['just-now', 'never-began'],
      });
      expect(proxy.countOf('find-lapsed-runs') - before).toBe(1);
    });

    it('puts back a run that had waited in the queue for more than a day before it got its slot', async () => {
      const world = worldOf();
      const { backends } = world;
      await backends.onboard('queued');
      await lapse('queued', ['waited'], minutes(26 * 60));
      const ago = (time: string, minute: number) =>
        `TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL ${minute} MINUTE) AS ${time}`;
      const slot = `${ago('lease_expires_at', 5)}, ${ago('handed_on_at', 15)}, 600 AS lease_seconds`;
      const sql = `UPDATE tenants SET active_runs = ARRAY(
        SELECT AS STRUCT slot.* REPLACE (${slot}) FROM UNNEST(active_runs) AS slot) WHERE TRUE`;
      await query(backends.client, 'queued', sql);
      expect((await world.tick()).body).toMatchObject({ put_back: 1, expired: 0 });
    });

    it('ends a run that was put back and waited for its day', async () => {
      const world = worldOf();
      const { backends } = world;
      await backends.onboard('waited', { max_concurrent_pipelines: 1 });
      await lapse('waited', ['never-began']);
      await backends.hold('waited', ['in-its-place'], { lease_seconds: 3 * 86_400 });
      expect((await world.tick()).body).toMatchObject({ put_back: 1 });
      world.setAhead(minutes(25 * 60));
      expect((await world.tick()).body).toMatchObject({ put_back: 0, expired: 1 });
      expect(await outcomes('waited')).toMatchObject([
        {
          error_code: 'queue_expired',
          error_message: expect.stringMatching(
            /^The run never began: .* it waited for a slot again until .* again\.$/,
          ),
        },
      ]);
    });

    it.each([
      ['jobs', ({ path }: { path: string }) => path.includes('/jobs/tp_')],
      ['records', ({ statement }: { statement?: string | undefined }) => statement === 'find-lapsed-runs'],
    ])(
      'decides nothing about a run whose %s cannot be seen, does all else, and answers 503',
      async (what, fails) => {
        const world = worldOf();
        const { backends, proxy } = world;
        const tenantId = `no_${what}`;
        await backends.onboard(tenantId);
        await lapse(tenantId, ['never-began']);
        await backends.hold(tenantId, ['due']);
        world.setAhead(minutes(3));
        proxy.treat((call) => (fails(call) ? no : 'pass'));
        expect(await world.tick()).toMatchObject({ status: 503, body: { failed: 1 } });
        expect(world.logged('INFO')).toContainEqual(expect.objectContaining({ run_id: 'due' }));
        expect(await outcomes(tenantId)).toEqual([]);
        proxy.treat(() => 'pass');
        expect(await world.tick()).toMatchObject({ status: 200, body: { put_back: 1, expired: 0 } });
      },
    );

    it('leaves a run as it is that somebody cancels, or gives a lease, before the write', async () => {
      const world = worldOf();
      const { backends, proxy } = world;
      await backends.onboard('meanwhile');
      await lapse('meanwhile', ['cancelled', 'put-back']);
      const second = await startReconcileInstance({ bigqueryUrl: backends.bigquery.url });
      const before = proxy.countOf('put-back-runs');
      let isFirst = true;
      proxy.treat(async ({ statement }): Promise<Treatment> => {
        if (statement !== 'put-back-runs' || !isFirst) return 'pass';
        isFirst = false;
        await settleHeld(backends, 'meanwhile', 'cancelled', { status: 'CANCELLED' });
        expect((await world.tickOf(second)).body).toMatchObject({ put_back: 1 });
        return 'pass';
      });
      await world.tick();
      await second.close();
      expect(await entries('meanwhile')).toMatchObject([
        { run_id: 'put-back', waits: false, has_lease: true },
      ]);
      expect(await backends.usage('meanwhile')).toMatchObject({ ever: 2, running: 1 });
      expect(proxy.countOf('put-back-runs') - before).toBe(1);
    });
  });
