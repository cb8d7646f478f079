import { parse } from 'csv-parse/sync';
import { monthOf } from '../../../functions/tenants/calendar-month';
import { asAdmin, call, onboard, query, type TestCloud, withKey } from '../../support/local-cloud';
import { describeAllTenants } from './all-tenants-suite';
import { describeBilling } from './billing-suite';
import { describeOverview } from './overview/overview-suite';
import { costs, dryrun, record, startCloudWithUsage } from './recorded-usage';

/** Nothing is used in this month; on its first day there is no forecast. */
const forecastOfNothing =
  new Date().getUTCDate() === 1
    ? null
    : expect.objectContaining({ method: 'linear', pipeline_runs: 0, percent_of_quota: 0 });

describe('Tenants and their usage', () => {
  let cloud: TestCloud;
  let acmeKey: string;
  beforeAll(async () => {
    ({ cloud, acmeKey } = await startCloudWithUsage());
  });
  afterAll(() => cloud?.close());

  describeBilling(() => cloud);
  describeAllTenants(() => cloud);

  const get = (path: string, headers: Record<string, string> = asAdmin) =>
    call(cloud.url, 'GET', `/api/v1/${path}`, { headers });
  const runs = (
    counts: Partial<Record<'COMPLETED' | 'FAILED' | 'CANCELLED' | 'ADMITTED' | 'QUEUED', number>>,
  ) => ({
    COMPLETED: 0,
    FAILED: 0,
    CANCELLED: 0,
    ADMITTED: 0,
    QUEUED: 0,
    ...counts,
  });

  describe('GET /api/v1/tenants/{tenant}/usage', () => {
    it('is by month of admission and pipeline; each run counts once, by its first outcome', async () => {
      const { status, body } = await get('tenants/acme/usage?from=2026-03-01', withKey(acmeKey));
      expect(status).toBe(200);
      expect(body).toEqual({
        tenant_id: 'acme',
        from: '2026-03-01T00:00:00.000Z',
        to: null,
        bigquery_price_per_tib: 6.25,
        currency: 'USD',
        quota: { max_pipelines_per_month: 500, pipeline_runs_this_month: 0, percent_used: 0 },
        forecast: forecastOfNothing,
        total: expect.objectContaining({
          runs: 6,
          runs_by_status: runs({ COMPLETED: 3, FAILED: 1, CANCELLED: 1, ADMITTED: 1 }),
          bytes_processed: 7000,
          bytes_billed: 70000,
        }),
        usage: [
          {
            month: '2026-03',
            pipeline: costs,
            runs: 3,
            runs_by_status: runs({ COMPLETED: 2, CANCELLED: 1 }),
            slot_ms: 62_000,
            duration_ms: 31_000,
            duration_ms_p50: 10_000,
            duration_ms_p95: 20_000,
            rows_written: 3,
            bytes_processed: 3000,
            bytes_billed: 30_000,
            estimated_bigquery_cost: 0,
          },
          expect.objectContaining({
            month: '2026-03',
            pipeline: dryrun,
            runs_by_status: runs({ FAILED: 1 }),
          }),
          expect.objectContaining({ month: '2026-04', pipeline: costs, runs: 1, slot_ms: 60_000 }),
          expect.objectContaining({
            month: '2026-04',
            pipeline: dryrun,
            runs_by_status: runs({ ADMITTED: 1 }),
            slot_ms: 0,
          }),
        ],
      });
    });

    it('counts a duration that a version before recorded below 0, when a clock jumped, as 0', async () => {
      await record(cloud, 'idle', [
        { run_id: 'i-1', admitted_at: '2026-02-01T00:00:00Z', seconds: 10 },
        { run_id: 'i-2', admitted_at: '2026-02-01T00:00:00Z', seconds: -7_198.3 },
      ]);
      const { body } = await get('tenants/idle/usage?from=2026-02-01&to=2026-03-01');
      expect(body.total).toMatchObject({ runs: 2, duration_ms: 10_000, slot_ms: 20_000 });
      const exported = await get('billing/export?month=2026-02&format=openmeter');
      expect(exported.body.events).toMatchObject([
        { data: { run_id: 'i-1', duration_ms: 10_000 } },
        { data: { run_id: 'i-2', duration_ms: 0 } },
      ]);
      const idleKey = await call(cloud.url, 'POST', '/api/v1/tenants/idle/api-keys', {
        headers: asAdmin,
        body: {},
      });
      const shown = await get('pipelines/runs?to=2026-03-01', withKey(String(idleKey.body.api_key)));
      expect(Object(shown.body.runs).map(({ duration_ms }: { duration_ms: unknown }) => duration_ms)).toEqual(
        [0, 10_000],
      );
    });

    it('is by day and status, where that is asked for, and a table where CSV is', async () => {
      const asked = 'tenants/acme/usage?from=2026-03-01&to=2026-04-01&granularity=day&group_by=status';
      const { body } = await get(asked);
      expect(body.usage).toMatchObject([
        { day: '2026-03-01', status: 'COMPLETED', runs: 1 },
        { day: '2026-03-15', status: 'CANCELLED', runs: 1 },
        { day: '2026-03-15', status: 'FAILED', runs: 1 },
        { day: '2026-03-31', status: 'COMPLETED', runs: 1 },
      ]);
      for (const path of [asked, 'usage?month=2026-03']) {
        const answer = await fetch(`${cloud.url}/api/v1/${path}`, {
          headers: { ...asAdmin, Accept: 'text/csv' },
        });
        expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
        const lines: Record<string, string>[] = parse(await answer.text(), { columns: true });
        const ofAcme = lines.filter(({ tenant_id }) => tenant_id === 'acme');
        expect(ofAcme.reduce((sum, { runs }) => sum + Number(runs), 0)).toBe(4);
        expect(ofAcme.reduce((sum, { bytes_billed }) => sum + Number(bytes_billed), 0)).toBe(30_000);
      }
    });

    it('tells runs that wait for a slot from those that have one', async () => {
      const run = (run_id: string, queued_until: string) =>
        `SELECT '${run_id}' AS run_id, CAST(${queued_until} AS TIMESTAMP) AS queued_until`;
      const sql = `UPDATE tenants SET active_runs = ARRAY(
        SELECT AS STRUCT active_runs[SAFE_OFFSET(-1)].* REPLACE (run.run_id AS run_id, '${dryrun}' AS pipeline,
          '{}' AS parameters, 'api' AS trigger, TIMESTAMP '2025-05-02' AS admitted_at,
          TIMESTAMP '2025-05-03' AS lease_expires_at, run.queued_until AS queued_until)
        FROM (${run('i-3', 'NULL')} UNION ALL ${run('i-4', "'2025-05-03'")}) AS run) WHERE TRUE`;
      await query(cloud.bigquery, 'idle', sql);
      const { body } = await get('tenants/idle/usage?from=2025-05-01&to=2025-06-01&group_by=status');
      await query(cloud.bigquery, 'idle', 'UPDATE tenants SET active_runs = [] WHERE TRUE');
      expect(body.total).toMatchObject({ runs: 2, runs_by_status: runs({ ADMITTED: 1, QUEUED: 1 }) });
      expect(body.usage).toMatchObject([
        { status: 'ADMITTED', runs: 1 },
        { status: 'QUEUED', runs: 1 },
      ]);
    });

    it('covers a half-open period, this month unless another is asked for', async () => {
      const march = await get('tenants/acme/usage?from=2026-03-01&to=2026-04-01');
      expect(march.body.total).toMatchObject({ runs: 4 });
      const beforeTheLast = await get('tenants/acme/usage?from=2026-03-01&to=2026-03-31T23:59:59.999Z');
      expect(beforeTheLast.body.total).toMatchObject({ runs: 3 });
      const now = await get('tenants/acme/usage');
      expect(now.body).toMatchObject({
        from: monthOf(new Date(), 0).from.toISOString(),
        total: { runs: 0 },
        usage: [],
      });
    });

    it('answers 404 for an unknown tenant', async () => {
      for (const nobody of ['nobody', 'half_way'])
        expect(await get(`tenants/${nobody}/usage`)).toMatchObject({
          status: 404,
          body: { code: 'tenant_not_found' },
        });
    });
  });

  describe('GET /api/v1/billing/export', () => {
    it('fails as a whole if a tenant cannot be read, and names it', async () => {
      const broken = cloud.bigquery.dataset('broken');
      await onboard(cloud.url, 'broken');
      await broken.table('pipeline_runs').delete();
      await broken.createTable('pipeline_runs', { schema: { fields: [{ name: 'x', type: 'STRING' }] } });
      const answer = await get('billing/export?month=2026-03');
      expect(answer).toMatchObject({
        status: 503,
        body: { code: 'unavailable', failed_tenants: ['broken'] },
      });
      expect(answer.body.events).toBeUndefined();
      expect(answer.headers.get('retry-after')).toBe('5');
      await broken.delete({ force: true });
      expect((await get('billing/export?month=2026-03')).status).toBe(200);
    });
  });

  const forged = Buffer.from('["no token of BigQuery"]').toString('base64url');
  it.each([
    ['tenants?limit=0', 'limit'],
    ['tenants?limit=1001', 'limit'],
    ['tenants?limit=ten', 'limit'],
    ['tenants?limit=1&limit=2', 'limit'],
    ['tenants?cursor=', 'cursor'],
    ['tenants?cursor=nonsense', 'cursor'],
    [`tenants?cursor=${forged}`, 'cursor'],
    ['tenants?page=2', 'page'],
    ['tenants/acme/usage?from=yesterday', 'from'],
    ['tenants/acme/usage?from=2026-02-30', 'from'],
    ['tenants/acme/usage?from=2026-04-01&to=2026-03-01', 'from'],
    ['tenants/acme/usage?to=2026-03', 'to'],
    ['tenants/acme/usage?month=2026-03', 'month'],
    ['usage?month=2026-13', 'month'],
    ['usage?month=2026-3', 'month'],
    ['usage?month=', 'month'],
    ["usage?month=2026-03'--", 'month'],
    ['usage?limit=201', 'limit'],
    ['usage?month=2026-03&from=2026-03-01', 'month'],
    ['usage?from=2026-04-01&to=2026-03-01', 'from'],
    ['usage?group_by=tenant', 'group_by'],
    ['usage?from=2026-01-01&to=2026-04-03T00:00:01Z&granularity=day', 'from'],
    ['usage?from=2020-03-01&granularity=day', 'from'],
    ['runs?status=ADMITTED', 'status'],
    ['runs?tenant=', 'tenant'],
    ['runs?error_code=Nope', 'error_code'],
    ['runs?from=2026-04-01&to=2026-03-01', 'from'],
    [`runs?cursor=${forged}`, 'cursor'],
    [`usage?cursor=${forged}`, 'cursor'],
    ['billing/export?month=0000-01', 'month'],
    ['billing/export?format=paypal', 'format'],
    ['billing/export?limit=5001', 'limit'],
    ['billing/export?cursor=W10', 'cursor'],
    ['billing/export?tenant=acme', 'tenant'],
  ])('GET /api/v1/%s: 400 naming %s', async (path, field) => {
    const { status, body } = await get(path);
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_request' });
    expect(body.detail).toContain(field);
  });

  // Last: its tenant is one more in every list.
  describeOverview(() => cloud);
});
