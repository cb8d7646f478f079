import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { composeOffboarding } from '../../../../functions/tenants/offboarding/compose-offboarding';
import { offboardTenant } from '../../../../functions/tenants/offboarding/offboard-tenant';
import { restoreOffboarded } from '../../../../functions/tenants/offboarding/restore-tenant';
import { loadPipelines } from '../../../../shared/definitions/pipelines';
import { loadControlTables } from '../../../../shared/definitions/tables';
import { createRunStatement } from '../../../../shared/google/bigquery/statements/run-statement';
import { admitRuns } from '../../../../shared/sql/runs/admit-runs';
import { checkCounters } from '../../../../shared/sql/runs/check-counters';
import { systemClock } from '../../../../shared/support/clock';
import { itAtLength } from '../../../support/cases/at-length';
import { call, endOfRun, onboard, query, type TestCloud, withKey } from '../../../support/local-cloud';
import { Stopped, stoppingAt } from './stopping-at';

const schemas = join(__dirname, '../../../../schemas');
const control = 'tenant_pipelines';

/** @param theCloud one whose administrators need no key, once it runs */
export const describeOffboarding = (theCloud: () => TestCloud) =>
  describe('Offboarding', () => {
    let cloud: TestCloud;
    beforeAll(() => {
      cloud = theCloud();
    });

    const ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
      call(cloud.url, method, `/api/v1/tenants/${path}`, { body, headers: headers ?? {} });
    const start = (tenantId: string, headers: Record<string, string>) =>
      call(cloud.url, 'POST', `/api/v1/pipelines/run/${tenantId}/gcp/example/dryrun`, { headers });

    /** A run in flight that no worker hears of. */
    async function admit(tenantId: string, run_id: string): Promise<void> {
      const candidate = { run_id, pipeline: 'gcp/example/dryrun', parameters: '{}', trigger: 'api' };
      const { affectedRows } = await createRunStatement(cloud.bigquery)(tenantId, admitRuns, {
        tenant_id: tenantId,
        statement_id: randomUUID(),
        now: new Date(),
        unlimited: 1_000_000_000,
        most_waiting: 5_000,
        candidates: [
          {
            ...candidate,
            request_hash: null,
            key_id: 'key',
            actor_kind: 'key',
            actor: 'key',
            address: null,
            request_id: null,
            rerun_of: null,
            instructions: null,
            lease_seconds: 3_600,
          },
        ],
      });
      expect(affectedRows).toBe(1);
    }

    /** Asks until the tenant is gone, as whoever offboards one does. */
    async function offboard(tenantId: string, search = '') {
      for (;;) {
        const answer = await ask('DELETE', `${tenantId}?confirm=${tenantId}${search}`);
        if (answer.status !== 202) return answer;
        expect(answer.headers.get('retry-after')).toBe('5');
      }
    }

    const exportedRuns = async (tenantId: string) => {
      const sql = 'SELECT DISTINCT run_id, status FROM all_runs WHERE tenant_id = @tenantId ORDER BY run_id';
      return (await query(cloud.bigquery, control, sql, { tenantId })).map(({ run_id, status }) => [
        run_id,
        status,
      ]);
    };
    const statesOf = async (tenantId: string) => {
      const sql =
        'SELECT state, company_name, pipeline_runs_count FROM offboarded_tenants WHERE tenant_id = @tenantId ORDER BY recorded_at';
      return query(cloud.bigquery, control, sql, { tenantId });
    };

    it('removes a tenant whose runs are over, and brings it back as it was, suspended', async () => {
      const key = withKey(await onboard(cloud.url, 'leaving'));
      const { body: started } = await start('leaving', key);
      await endOfRun(cloud.url, key['X-API-Key'], started.run_id);
      const { body: token } = await ask('POST', 'leaving/tokens', {}, key);
      await admit('leaving', 'run-in-flight');

      for (const search of ['', '?confirm=', '?confirm=other', '?confirm=leaving&force=yes'])
        expect([search, (await ask('DELETE', `leaving${search}`)).status]).toEqual([search, 400]);
      expect(await ask('DELETE', 'leaving?confirm=leaving')).toMatchObject({
        status: 409,
        body: { code: 'runs_in_flight', in_flight: 1 },
      });
      expect((await ask('GET', 'leaving')).body).toMatchObject({ is_active: true, offboarding_at: null });

      // Of a version that did not write all_runs.
      await query(
        cloud.bigquery,
        'leaving',
        `INSERT INTO pipeline_runs (run_id, tenant_id, pipeline, status, admitted_at, ended_at, recorded_at)
         SELECT 'run-of-old', 'leaving', 'gcp/example/dryrun', 'FAILED', ended, ended, ended
         FROM (SELECT TIMESTAMP '2026-01-31T23:59:59Z' AS ended);
         UPDATE tenants SET pipeline_runs_count = pipeline_runs_count + 1 WHERE TRUE`,
      );
      const schedule = { pipeline: 'gcp/example/dryrun', cron: '30 6 1 1 *' };
      const { body: made } = await ask('POST', 'leaving/schedules', schedule, key);
      await ask('POST', `leaving/schedules/${made.schedule_id}/pause`, undefined, key);

      const gone = await offboard('leaving', '&force=true');
      const ofTenant = "SELECT state, reason FROM schedules WHERE tenant_id = 'leaving'";
      expect(await query(cloud.bigquery, control, ofTenant)).toEqual([
        { state: 'disabled', reason: 'Its tenant is not there any more' },
      ]);
      expect(gone).toMatchObject({
        status: 200,
        body: { stage: 'removed', in_flight: 0, waiting: 0, restorable_until: expect.stringMatching(/Z$/) },
      });
      const runs = [
        [started.run_id, 'COMPLETED'],
        ['run-in-flight', 'CANCELLED'],
        ['run-of-old', 'FAILED'],
      ].sort();
      expect(await exportedRuns('leaving')).toEqual(runs);
      const last = { company_name: 'Test Corporation', pipeline_runs_count: 3 };
      expect(await statesOf('leaving')).toEqual([
        { state: 'removing', ...last },
        { state: 'removed', ...last },
      ]);

      expect((await ask('GET', 'leaving')).status).toBe(404);
      expect((await cloud.bigquery.dataset('leaving').exists())[0]).toBe(false);
      expect([401, 404]).toContain((await start('leaving', key)).status);
      expect([401, 404]).toContain(
        (await start('leaving', { Authorization: `Bearer ${token.token}` })).status,
      );
      expect((await ask('DELETE', 'leaving?confirm=leaving')).body).toEqual(gone.body);

      const restored = await ask('POST', 'leaving/restore');
      expect(restored).toMatchObject({
        status: 200,
        body: { is_active: false, offboarding_at: null, usage: { pipeline_runs_count: 3 } },
      });
      const { rows } = await createRunStatement(cloud.bigquery)('leaving', checkCounters, {
        tenant_id: 'leaving',
      });
      expect(rows).toMatchObject([{ known_runs: 3, pipeline_runs_count: 3 }]);
      expect((await start('leaving', key)).body).toMatchObject({ code: 'tenant_inactive' });
      expect((await ask('POST', 'leaving/restore')).body).toMatchObject({ code: 'tenant_exists' });
      expect((await ask('POST', 'leaving/activate')).status).toBe(200);
      expect((await start('leaving', key)).status).toBe(202);
      const { body: log } = await call(cloud.url, 'GET', '/api/v1/audit?tenant=leaving&limit=10');
      expect(log.entries).toMatchObject([
        { action: 'activateTenant' },
        { action: 'restoreTenant', after: { is_active: false } },
        { action: 'offboardTenant' },
        { action: 'offboardTenant', after: { stage: 'removed', force: true } },
        ...(Array.isArray(log.entries) ? log.entries.slice(4) : []),
      ]);

      // A removal that was given up long ago may still reach BigQuery.
      await cloud.bigquery.dataset('leaving').delete({ force: true });
      expect((await ask('POST', 'leaving/restore')).body).toMatchObject({ is_active: true });
    });

    it('is refused for whom there is not, and there is nothing to restore of one that never left', async () => {
      expect((await ask('DELETE', 'nobody?confirm=nobody')).status).toBe(404);
      expect((await ask('POST', 'nobody/restore')).status).toBe(404);
    });

    itAtLength(
      'comes to the same end wherever a call stops, before what it was about to do or just behind it',
      async () => {
        await onboard(cloud.url, 'stopped');
        await admit('stopped', 'run-1');
        await admit('stopped', 'run-2');
        const published: string[] = [];
        const runStatement = createRunStatement(cloud.bigquery);
        const deps = composeOffboarding(
          {
            control: { name: control, location: 'US', tables: () => loadControlTables(schemas) },
            pipelines: () => loadPipelines(schemas),
            clock: systemClock,
            log: () => undefined,
          },
          cloud.bigquery,
          runStatement,
          async (events) => void published.push(...events.map(({ id }) => id)),
        );
        const leftMs = () => 600_000;
        const options = { isForced: true, isTimeUp: () => false, leftMs };
        let stops = 0;
        let ended: Awaited<ReturnType<typeof offboardTenant>> | undefined;
        while (ended === undefined || ended.stage !== 'removed') {
          // An odd call stops before its n-th step, an even one behind it.
          const stopping = stoppingAt(deps, Math.floor(stops / 2) + 1, stops % 2 === 1);
          stops++;
          ended = await offboardTenant('stopped', options, stopping).catch((error: unknown) => {
            if (error instanceof Stopped) return undefined;
            throw error;
          });
        }
        expect(stops).toBeGreaterThan(8);
        expect(await exportedRuns('stopped')).toEqual([
          ['run-1', 'CANCELLED'],
          ['run-2', 'CANCELLED'],
        ]);
        const states = (await statesOf('stopped')).map(({ state }) => state);
        expect([...new Set(states)]).toEqual(['removing', 'removed']);
        expect(new Set(published.filter((id) => id.startsWith('tenant.offboarded-'))).size).toBe(1);

        let restoredAfter = 0;
        for (let row: unknown; row === undefined; restoredAfter++) {
          const stopping = stoppingAt(deps, Math.floor(restoredAfter / 2) + 1, restoredAfter % 2 === 1);
          row = await restoreOffboarded('stopped', leftMs, stopping).catch((error: unknown) => {
            if (error instanceof Stopped) return undefined;
            // The step behind which the call before stopped was the last one.
            if (Reflect.get(Object(error), 'code') === 'tenant_exists') return 'restored';
            throw error;
          });
        }
        expect(restoredAfter).toBeGreaterThan(4);
        expect((await ask('GET', 'stopped')).body).toMatchObject({
          is_active: false,
          offboarding_at: null,
          usage: { pipeline_runs_count: 2 },
        });
      },
    );

    itAtLength('beside starting runs loses none and counts none twice', async () => {
      const key = withKey(await onboard(cloud.url, 'racing', { max_concurrent_pipelines: null }));
      const asked = Array.from({ length: 12 }, () => start('racing', key));
      const gone = async () => {
        for (;;) {
          const answer = await offboard('racing');
          if (answer.status !== 409) return answer;
        }
      };
      const [end, ...answers] = await Promise.all([gone(), ...asked]);
      expect(end).toMatchObject({ status: 200, body: { stage: 'removed' } });
      const started = answers.filter(({ status }) => status === 202).map(({ body }) => String(body.run_id));
      const refused = answers.filter(({ status }) => status !== 202);
      expect(refused.filter(({ status }) => ![401, 403, 404, 503].includes(status))).toEqual([]);
      const exported = (await exportedRuns('racing')).map(([id]) => id);
      expect(exported).toEqual(expect.arrayContaining(started));
      // What was not answered in time may have been admitted.
      const unknown = refused.filter(({ status }) => status === 503).length;
      expect(exported.length - started.length).toBeLessThanOrEqual(unknown);
      expect((await statesOf('racing'))[0]).toMatchObject({ pipeline_runs_count: exported.length });
    });

    itAtLength(
      'keeps the name from others until that is said, and while tokens of the old tenant may be valid',
      async () => {
        await onboard(cloud.url, 'renewed');
        await offboard('renewed');
        const again = (change: Record<string, unknown>) =>
          call(cloud.url, 'POST', '/api/v1/customers/onboard', {
            body: { tenant_id: 'renewed', company_name: 'Another', ...change },
          });
        const kept = await again({});
        expect(kept).toMatchObject({ status: 409, body: { code: 'tenant_exists' } });
        expect(kept.body.detail).toContain('/restore');
        const set = (change: string) =>
          query(
            cloud.bigquery,
            control,
            `UPDATE offboarded_tenants SET ${change} WHERE tenant_id = 'renewed'`,
          );
        // So it is where a process ended just behind the removal.
        await set("state = 'removing'");
        const unfinished = await again({ replace_offboarded: true });
        expect(unfinished).toMatchObject({ status: 409, body: { code: 'tenant_exists' } });
        expect(unfinished.body.detail).toContain('DELETE');
        await set("state = 'removed'");
        const early = await again({ replace_offboarded: true });
        expect(early).toMatchObject({ status: 409, body: { code: 'tenant_exists' } });
        expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(3_000);
        await set('recorded_at = TIMESTAMP_SUB(recorded_at, INTERVAL 2 HOUR)');
        expect((await again({ replace_offboarded: true })).status).toBe(201);
        // The record is of the life before.
        const twice = await again({});
        expect(twice).toMatchObject({ status: 409, body: { code: 'tenant_exists' } });
        expect(twice.body.detail).toContain('force_recreate_dataset');
        expect((await ask('POST', 'renewed/restore')).body).toMatchObject({ code: 'tenant_exists' });
        expect((await ask('GET', 'renewed')).body).toMatchObject({
          company_name: 'Another',
          is_active: true,
        });
      },
    );
  });
