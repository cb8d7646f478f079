import { createAppendRows } from '../../../../shared/google/bigquery/tables/append-rows';
import {
  asAdmin,
  call,
  eventually,
  onboard,
  query,
  type TestCloud,
  withKey,
} from '../../../support/local-cloud';
import { dryrun, record } from '../recorded-usage';

const hourMs = 3_600_000;
/** A run in flight. The times are seconds before now. */
const slot = (runId: string, admitted: number, lease: number, queuedUntil: number | undefined) =>
  `STRUCT('${runId}' AS run_id, ${ago(admitted)} AS admitted_at, ${ago(lease)} AS lease_expires_at,
    ${queuedUntil === undefined ? 'CAST(NULL AS TIMESTAMP)' : ago(queuedUntil)} AS queued_until)`;
const ago = (seconds: number) => `TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL ${seconds} SECOND)`;

/** @param theCloud one with recorded usage, of months before, once it runs */
export const describeOverview = (theCloud: () => TestCloud) =>
  describe('What goes on', () => {
    let cloud: TestCloud;
    let key: string;
    /** The first instant of the hour before this one. */
    let hour: number;
    beforeAll(async () => {
      cloud = theCloud();
      key = await onboard(cloud.url, 'busy', { max_concurrent_pipelines: 3, max_pipelines_per_month: null });
      hour = Math.floor(Date.now() / hourMs) * hourMs - hourMs;
      const at = (seconds: number) => new Date(hour + seconds * 1000).toISOString();
      // Two at once, then one, then one that begins as that one ends.
      await record(cloud, 'busy', [
        { run_id: 'busy-1', admitted_at: at(10), seconds: 50, status: 'FAILED', pipeline: dryrun },
        { run_id: 'busy-2', admitted_at: at(20), seconds: 195, pipeline: dryrun },
        { run_id: 'busy-3', admitted_at: at(410), seconds: 5, status: 'CANCELLED' },
        { run_id: 'busy-8', admitted_at: at(910), seconds: 30, status: 'CANCELLED', onlyWaited: true },
      ]);
      await record(cloud, 'other', [
        { run_id: 'other-9', admitted_at: at(30), status: 'FAILED', pipeline: dryrun },
      ]);
      await query(
        cloud.bigquery,
        'busy',
        `UPDATE tenants SET active_runs = ARRAY(
          SELECT AS STRUCT active_runs[SAFE_OFFSET(-1)].* REPLACE (slot.run_id AS run_id, '${dryrun}' AS pipeline,
            slot.admitted_at AS admitted_at, slot.lease_expires_at AS lease_expires_at,
            slot.queued_until AS queued_until)
          FROM UNNEST([${[
            slot('busy-4', 9, -3_000, undefined),
            slot('busy-5', 8, -3_000, undefined),
            slot('busy-6', 7, -3_000, undefined),
            slot('busy-7', 6, 6, -3_000),
          ].join()}]) AS slot) WHERE TRUE`,
      );
      const append = createAppendRows(cloud.bigquery);
      const now = new Date().toISOString();
      const checked = (seconds: number, repaired: readonly string[]) => ({
        insertId: String(seconds),
        json: { checked_at: at(seconds), tenants: 4, failed: 0, repaired },
      });
      await append('tenant_pipelines', 'reconciliations', [checked(0, ['other']), checked(300, [])]);
      await append('tenant_pipelines', 'dead_letters', [
        { insertId: '1', json: { message_id: 'm-1', given_up_at: now } },
        { insertId: '2', json: { message_id: 'm-1', given_up_at: now } },
        { insertId: '3', json: { message_id: 'm-2', given_up_at: '2026-03-01T00:00:00Z' } },
      ]);
      const refused = (insertId: string, minute: string, calls: number) => ({
        insertId,
        json: { minute, function: 'run', code: 'monthly_quota_exceeded', calls },
      });
      await append('tenant_pipelines', 'refusals', [
        refused('1', now, 3),
        refused('2', now, 4),
        refused('3', '2026-03-01T00:00:00Z', 100),
      ]);
    });
    const get = (path: string, headers: Record<string, string> = asAdmin) =>
      call(cloud.url, 'GET', `/api/v1/${path}`, { headers });

    it('GET /api/v1/overview shows operators how all tenants’ runs go, of this day alone', async () => {
      const { status, body } = await get('overview');
      expect(status).toBe(200);
      const hours = Object(body.runs_by_hour);
      expect(hours).toHaveLength(24);
      const hourOf = (time: number) => new Date(time).toISOString();
      const ofHour = Object.fromEntries(
        hours.map(({ hour: name, ...counts }: { readonly hour: string }) => [name, counts]),
      );
      expect(ofHour[hourOf(hour)]).toEqual({ completed: 1, failed: 2, cancelled: 2 });
      expect(ofHour[hourOf(hour - hourMs)]).toEqual({ completed: 0, failed: 0, cancelled: 0 });
      expect(body).toMatchObject({
        running: 3,
        queued: 1,
        tenants: { suspended: 0, failed: 0, more: false },
        near_quota: [{ tenant_id: 'busy', quota: 'concurrent', used: 3, limit: 3, share: 1 }],
        refusals: {
          by_code: expect.arrayContaining([{ code: 'monthly_quota_exceeded', count: 7 }]),
        },
        failing_pipelines: [
          {
            pipeline: dryrun,
            failed: 2,
            runs: 3,
            tenants: 2,
            last_error_code: 'check_failed',
            last_failed_run: { tenant_id: 'busy', run_id: 'busy-1' },
          },
        ],
        dead_letters: { count: 1 },
      });
      const repairs = Object(body.conservation).repaired;
      // A scheduled call may have come between.
      expect(repairs).toContainEqual({ tenant_id: 'other', checked_at: hourOf(hour) });
      expect((await get('overview', withKey(key))).status).toBe(401);
    });

    it('GET /api/v1/runs/in-flight shows operators what runs and waits now, the longest first', async () => {
      const path = 'runs/in-flight?tenant=busy&limit=3';
      const { status, body, headers } = await get(path);
      expect(status).toBe(200);
      expect(body).toMatchObject({ running: 3, queued: 1, tenants: { failed: 0, more: false } });
      const slots = { tenant_id: 'busy', pipeline: dryrun, status: 'ADMITTED', queue: null };
      expect(body.runs).toMatchObject(['busy-4', 'busy-5', 'busy-6'].map((run_id) => ({ ...slots, run_id })));
      expect(headers.get('link')).toContain(`cursor=${body.next_cursor}`);
      const next = await get(`${path}&cursor=${body.next_cursor}`);
      expect(next.body).toMatchObject({ running: 3, queued: 1, next_cursor: null });
      const [waiting] = Object(next.body.runs);
      expect(waiting).toMatchObject({ run_id: 'busy-7', status: 'QUEUED', lease_expires_at: null });
      const shown = await get('pipelines/runs/busy-7', withKey(key));
      expect(waiting.queue).toEqual(shown.body.queue);

      const few = await get(`runs/in-flight?status=QUEUED&pipeline=${dryrun}`);
      expect(few.body).toMatchObject({ running: 0, queued: 1, runs: [{ run_id: 'busy-7' }] });
      const other = await get('runs/in-flight?tenant=other');
      expect(other.body).toMatchObject({ runs: [], next_cursor: null, tenants: { read: 1 } });
      expect((await get('runs/in-flight?status=COMPLETED')).status).toBe(400);
      expect((await get('runs/in-flight?cursor=WyJ4Il0')).status).toBe(400);
      expect((await get('runs/in-flight', withKey(key))).status).toBe(401);
    });

    it('GET …/activity shows the most runs at once in each five minutes', async () => {
      const { status, body } = await get('tenants/busy/activity?hours=3', withKey(key));
      expect(status).toBe(200);
      const points: readonly { readonly at: string; readonly running: number; readonly queued: number }[] =
        Object(body.points);
      expect(points).toHaveLength(36);
      const first = points.findIndex(({ at }) => Date.parse(at) === hour);
      const running = points.slice(first - 1, first + 4).map((point) => point.running);
      expect(running).toEqual([0, 2, 1, 0, 0]);
      expect(points[first + 3]).toMatchObject({ running: 0, queued: 1 });
      const month = new Date(hour).toISOString().slice(0, 7);
      const usage = await get(`tenants/busy/usage?from=${month}-01`, withKey(key));
      expect(usage.body.total).toMatchObject({ runs_by_status: { CANCELLED: 2 }, slot_ms: 500_000 });
      expect(points.at(-1)).toMatchObject({ running: 3, queued: 1 });
      expect((await get('tenants/busy/activity')).body).toMatchObject({ step_seconds: 300 });
      expect((await get('tenants/nobody/activity')).status).toBe(404);
      expect((await get('tenants/other/activity', withKey(key))).status).toBe(403);
      expect((await get('tenants/busy/activity?hours=169')).status).toBe(400);
    });

    it('what it tells of is written down by reconcile, by the refused calls, and of dead letters', async () => {
      const written = (sql: string) =>
        eventually(sql, async () => (await query(cloud.bigquery, 'tenant_pipelines', sql))[0]);
      // Its ledger was written without counting its runs.
      await call(cloud.url, 'POST', '/local/scheduler/reconcile:run');
      await written("SELECT * FROM reconciliations WHERE 'busy' IN UNNEST(repaired) AND failed = 0");

      expect((await get('overview', {})).status).toBe(401);
      await written("SELECT * FROM refusals WHERE function = 'tenants' LIMIT 1");

      const run = { tenant_id: 'busy', run_id: 'busy-4', pipeline: dryrun };
      const publish = (data: string) =>
        fetch(`http://${cloud.pubsubHost}/v1/projects/local/topics/pipeline-runs-dead-letter:publish`, {
          method: 'POST',
          body: JSON.stringify({
            messages: [
              {
                data: Buffer.from(data).toString('base64'),
                attributes: { CloudPubSubDeadLetterSourceDeliveryCount: '5' },
              },
            ],
          }),
        });
      await publish(JSON.stringify(run));
      await publish('nothing that can be read');
      const letter = await written('SELECT * FROM dead_letters WHERE run_id IS NOT NULL');
      expect(letter).toMatchObject({ ...run, deliveries: 5 });
      await written('SELECT * FROM dead_letters WHERE run_id IS NULL AND deliveries = 5');
    });
  });
