import { itAtLength } from '../../../support/cases/at-length';
import {
  call,
  endOfRun,
  eventually,
  onboard,
  query,
  type TestCloud,
  withKey,
} from '../../../support/local-cloud';

/** @param the the cloud, once it runs */
export const describeSchedules = (the: () => TestCloud) =>
  describe('Schedules', () => {
    let cloud: TestCloud;
    let apiKey: string;
    let acme: Record<string, string>;
    let other: Record<string, string>;
    const ask = (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
      call(cloud.url, method, `/api/v1/tenants/${path}`, { headers, body });
    const pipeline = 'gcp/example/dryrun';
    const rare = { pipeline, cron: '30 6 1 1 *' };
    const make = async (given: Record<string, unknown>, headers = acme) => {
      const { status, body } = await ask('POST', 'timely/schedules', headers, given);
      const made = { pipeline: given.pipeline, state: 'active' };
      expect([status, body]).toEqual([201, expect.objectContaining(made)]);
      return `timely/schedules/${body.schedule_id}`;
    };
    /** On a busy machine a tick may leave something to a later one: until nothing is left. */
    const tick = () =>
      eventually('a tick that leaves nothing over', async () => {
        const { port } = cloud.functions.tick;
        const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST' });
        const told: unknown = await answer.json();
        expect([answer.status, told]).toEqual([
          200,
          expect.objectContaining({ left_over: expect.any(Number) }),
        ]);
        return Object(told).left_over === 0 ? true : undefined;
      });
    /** As if the schedule had been made, and ticks had come, so long ago. */
    const setBack = (path: string, hours: number) => {
      const then = 'TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL @hours HOUR)';
      const sql = `UPDATE schedules SET handled_until = ${then} WHERE schedule_id = @id`;
      return query(cloud.bigquery, 'tenant_pipelines', sql, { hours, id: path.split('/').at(-1) });
    };
    const historyOf = async (path: string, filter = '') => {
      const { status, body } = await ask('GET', `${path}/history${filter}`, acme);
      expect(status).toBe(200);
      const times: readonly Record<string, unknown>[] = Array.isArray(body.times) ? body.times : [];
      return { times, cursor: body.next_cursor };
    };

    beforeAll(async () => {
      cloud = the();
      apiKey = await onboard(cloud.url, 'timely', { max_concurrent_pipelines: 2 });
      acme = withKey(apiKey);
      other = withKey(await onboard(cloud.url, 'timely_too'));
    });

    it('are made with the next five times, in their own zone', async () => {
      const { status, headers, body } = await ask('POST', 'timely/schedules', acme, {
        pipeline,
        cron: '30 2 29 3 *',
        time_zone: 'Europe/Berlin',
        description: 'Spring',
      });
      expect(status).toBe(201);
      expect(headers.get('etag')).toBe('"1"');
      expect(headers.get('location')).toBe(`/api/v1/tenants/timely/schedules/${body.schedule_id}`);
      expect(body).toMatchObject({ missed: 'last', overlap: 'skip', window_seconds: 0, parameters: {} });
      expect(body.next_times).toHaveLength(5);
      const [next] = Array.isArray(body.next_times) ? body.next_times : [];
      expect(next).toMatchObject({ local_time: expect.stringMatching(/-03-29T0[23]:[03]0:00\+02:00$/) });
      const shown = await ask('GET', `timely/schedules/${body.schedule_id}`, acme);
      expect(shown.body).toEqual(body);
      await ask('DELETE', `timely/schedules/${body.schedule_id}`, acme);
    });

    it("are the tenant's own", async () => {
      const path = await make(rare);
      const id = path.split('/').at(-1);
      expect(await ask('GET', path, other)).toMatchObject({ status: 403, body: { code: 'tenant_mismatch' } });
      for (const [method, end] of [
        ['GET', ''],
        ['PATCH', ''],
        ['DELETE', ''],
        ['POST', '/pause'],
        ['GET', '/history'],
      ] as const) {
        const body = method === 'PATCH' ? { missed: 'last' } : undefined;
        expect(await ask(method, `timely_too/schedules/${id}${end}`, other, body)).toMatchObject({
          status: 404,
          body: { code: 'schedule_not_found' },
        });
      }
      expect((await ask('GET', 'timely_too/schedules', other)).body).toEqual({ schedules: [] });
      await ask('DELETE', path, acme);
    });

    it('take what their pipeline takes, and no other pipelines than those of the key', async () => {
      const refused = (given: Record<string, unknown>, headers = acme) =>
        ask('POST', 'timely/schedules', headers, { ...rare, ...given });
      expect(await refused({ pipeline: 'gcp/example/gone' })).toMatchObject({
        status: 404,
        body: { code: 'pipeline_not_found' },
      });
      expect(await refused({ pipeline: 'gcp/billing/daily_costs' })).toMatchObject({
        status: 400,
        body: { errors: [expect.objectContaining({ field: 'source_uri' })] },
      });
      const keyOf = async (given: Record<string, unknown>) =>
        withKey(String((await ask('POST', 'timely/api-keys', acme, given)).body.api_key));
      const narrow = await keyOf({ scopes: 'full', pipelines: ['focus/billing/*'] });
      const notAllowed = { status: 403, body: { code: 'pipeline_not_allowed' } };
      expect(await refused({}, narrow)).toMatchObject(notAllowed);
      const path = await make(rare);
      expect(await ask('POST', `${path}/pause`, narrow)).toMatchObject(notAllowed);
      // Whoever has runs started of themselves may start runs.
      const manager = await keyOf({ scopes: ['manage'] });
      expect(await refused({}, manager)).toMatchObject({ status: 403, body: { required_scope: 'run' } });
      await ask('DELETE', path, acme);
    });

    itAtLength('are changed, but not by who has seen another version', async () => {
      const path = await make(rare);
      const change = { interval_seconds: 7_200, missed: 'skip', description: 'Now and then' };
      const changed = await ask('PATCH', path, { ...acme, 'If-Match': '"1"' }, change);
      expect(changed).toMatchObject({
        status: 200,
        body: { ...change, cron: null, anchor: expect.any(String) },
      });
      expect([changed.headers.get('etag'), changed.body.etag]).toEqual(['"2"', '"2"']);
      for (const method of ['PATCH', 'DELETE'] as const) {
        const late = await ask(
          method,
          path,
          { ...acme, 'If-Match': '"1"' },
          method === 'PATCH' ? { missed: 'skip' } : undefined,
        );
        expect(late).toMatchObject({ status: 412, body: { code: 'precondition_failed' } });
      }
      expect((await ask('GET', path, acme)).body).toEqual(changed.body);
      const anchored = await ask('PATCH', path, acme, { cron: '0 0 * * *' });
      expect(anchored.body).toMatchObject({ cron: '0 0 * * *', interval_seconds: null, anchor: null });
      expect(await ask('PATCH', path, acme, { anchor: '2026-01-01T00:00:00Z' })).toMatchObject({
        status: 400,
      });
      expect((await ask('DELETE', path, acme)).status).toBe(204);
      const { body } = await ask('GET', 'timely/audit?limit=4', acme);
      expect(body.entries).toMatchObject([
        { action: 'deleteSchedule', before: { cron: '0 0 * * *' }, after: null },
        { action: 'changeSchedule' },
        { action: 'changeSchedule', before: { cron: '30 6 1 1 *' }, after: { interval_seconds: 7_200 } },
        { action: 'makeSchedule', target: path.split('/').at(-1) },
      ]);
    });

    it('start their runs once, whichever ticks come', async () => {
      const path = await make({ pipeline, interval_seconds: 3_600, missed: 'last' });
      await setBack(path, 1);
      await Promise.all([tick(), tick()]);
      await tick();
      const { times } = await historyOf(path);
      const [{ run_id, planned_at } = {}, ...more] = times;
      expect([times[0], more]).toEqual([expect.objectContaining({ outcome: 'started', code: null }), []]);
      const run = await endOfRun(cloud.url, apiKey, run_id);
      expect(run).toMatchObject({ status: 'COMPLETED', trigger: 'schedule' });
      expect(run.started_by).toMatchObject({
        actor_kind: 'schedule',
        actor: path.split('/').at(-1),
        address: null,
      });
      const { body: audit } = await ask('GET', 'timely/audit?action=startRun', acme);
      expect(audit.entries).toMatchObject([
        {
          actor_kind: 'schedule',
          actor: path.split('/').at(-1),
          target: run_id,
          after: { trigger: 'schedule' },
        },
      ]);
      const [row] = await query(
        cloud.bigquery,
        'timely',
        'SELECT pipeline_runs_count, (SELECT COUNT(*) FROM UNNEST(active_runs)) AS in_flight FROM tenants',
      );
      expect(row).toEqual({ pipeline_runs_count: 1, in_flight: 0 });
      // The tick died before it had written down how far it had come: by now the run is in the ledger alone.
      await setBack(path, 1);
      await eventually('the run in the ledger', async () => {
        const rows = await query(cloud.bigquery, 'timely', 'SELECT run_id FROM pipeline_runs');
        return rows.length > 0 ? true : undefined;
      });
      await tick();
      expect((await historyOf(path)).times).toEqual([expect.objectContaining({ planned_at, run_id })]);
      await ask('DELETE', path, acme);
    });

    itAtLength('write down what is refused, page by page', async () => {
      const path = await make({ pipeline, interval_seconds: 3_600, missed: 'all', overlap: 'allow' });
      await call(cloud.url, 'POST', '/api/v1/tenants/timely/suspend', { body: { reason: 'Late' } });
      await setBack(path, 3);
      await tick();
      const { times } = await historyOf(path, '?outcome=refused');
      expect(times).toHaveLength(3);
      expect(times[0]).toMatchObject({
        run_id: null,
        code: 'tenant_inactive',
        detail: 'Tenant account is inactive. Contact support to reactivate.',
      });
      await call(cloud.url, 'POST', '/api/v1/tenants/timely/activate');
      const first = await historyOf(path, '?limit=2');
      const second = await historyOf(path, `?limit=2&cursor=${first.cursor}`);
      expect([...first.times, ...second.times]).toEqual(times);
      expect(second.cursor).toBeNull();
      expect((await historyOf(path, '?outcome=started')).times).toEqual([]);
      await ask('DELETE', path, acme);
    });

    it('rest while they are paused, and do not make up for it', async () => {
      const path = await make({ pipeline, interval_seconds: 3_600 });
      const paused = await ask('POST', `${path}/pause`, acme);
      expect(paused.body).toMatchObject({ state: 'paused', next_times: [] });
      await setBack(path, 2);
      await tick();
      expect((await historyOf(path)).times).toEqual([]);
      const resumed = await ask('POST', `${path}/resume`, acme);
      expect(resumed.body).toMatchObject({ state: 'active' });
      expect(resumed.body.next_times).toHaveLength(5);
      await tick();
      expect((await historyOf(path)).times).toEqual([]);
      await ask('DELETE', path, acme);
    });

    itAtLength('are no more than a hundred of a tenant', async () => {
      await query(
        cloud.bigquery,
        'tenant_pipelines',
        `INSERT INTO schedules
           (schedule_id, tenant_id, onboarding_id, pipeline, parameters, cron, time_zone, missed, overlap, window_seconds,
            state, version, handled_until, created_at, updated_at)
         SELECT FORMAT('sch_%d', number), 'timely_too', @life, 'gcp/example/dryrun', '{}', '30 6 1 1 *', 'Etc/UTC', 'skip',
           'skip', 0, 'paused', 1, CURRENT_TIMESTAMP(), CURRENT_TIMESTAMP(), CURRENT_TIMESTAMP()
         FROM UNNEST(GENERATE_ARRAY(1, 100)) AS number`,
        {
          life: (await query(cloud.bigquery, 'timely_too', 'SELECT onboarding_id FROM tenants'))[0]
            ?.onboarding_id,
        },
      );
      expect(await ask('POST', 'timely_too/schedules', other, rare)).toMatchObject({
        status: 409,
        body: { code: 'too_many_schedules' },
      });
    });

    itAtLength('of a tenant that is onboarded anew are gone, and start nothing', async () => {
      await query(
        cloud.bigquery,
        'tenant_pipelines',
        `INSERT INTO schedules
           (schedule_id, tenant_id, onboarding_id, pipeline, parameters, cron, time_zone, missed, overlap, window_seconds,
            state, version, handled_until, created_at, updated_at)
         VALUES ('sch_before', 'timely', 'life-before', 'gcp/example/dryrun', '{}', '* * * * *', 'Etc/UTC', 'skip', 'skip', 0,
           'active', 1, TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 2 MINUTE), CURRENT_TIMESTAMP(), CURRENT_TIMESTAMP())`,
      );
      await tick();
      const rows = await query(
        cloud.bigquery,
        'tenant_pipelines',
        `SELECT state, reason, (SELECT COUNT(*) FROM schedule_times WHERE schedule_id = 'sch_before') AS times
         FROM schedules WHERE schedule_id = 'sch_before'`,
      );
      expect(rows).toEqual([{ state: 'disabled', reason: 'Its tenant is not there any more', times: 0 }]);
      expect(await ask('GET', 'timely/schedules/sch_before', acme)).toMatchObject({ status: 404 });
    });
  });
