import { monthOf } from '../../functions/tenants/month';
import { createAppendRows } from '../../shared/adapters/bigquery/append-rows';
import {
  adminKey,
  asAdmin,
  call,
  onboard,
  query,
  startTestCloud,
  type TestCloud,
  withKey,
} from '../support/local-cloud';

const costs = 'gcp/billing/daily_costs';
const dryrun = 'gcp/example/dryrun';

interface Recorded {
  readonly run_id: string;
  readonly admitted_at: string;
  readonly pipeline?: string;
  readonly status?: string;
  readonly seconds?: number;
  readonly bytes?: number;
  readonly recorded_at?: string;
}

describe('Usage and billing', () => {
  let cloud: TestCloud;
  let acmeKey: string;
  beforeAll(async () => {
    cloud = await startTestCloud({ ADMIN_API_KEY: adminKey });
    acmeKey = await onboard(cloud.url, 'acme');
    await onboard(cloud.url, 'idle');
    await onboard(cloud.url, 'other');
    await cloud.bigquery.createDataset('not_ours', { labels: { team: 'finance' } });
    await cloud.bigquery.createDataset('half_way', { labels: { 'managed-by': 'tenant-pipelines' } });
    await record('acme', [
      { run_id: 'a-1', admitted_at: '2026-03-01T00:00:00Z', seconds: 10, bytes: 1000 },
      { run_id: 'a-2', admitted_at: '2026-03-31T23:59:59.999Z', seconds: 20, bytes: 2000 },
      // Two outcomes for one run: the one recorded first holds, whichever row comes first.
      {
        run_id: 'a-3',
        admitted_at: '2026-03-15T00:00:00Z',
        status: 'COMPLETED',
        recorded_at: '2026-03-16T00:00:01Z',
      },
      {
        run_id: 'a-3',
        admitted_at: '2026-03-15T00:00:00Z',
        status: 'CANCELLED',
        recorded_at: '2026-03-16T00:00:00Z',
      },
      { run_id: 'a-4', admitted_at: '2026-03-15T00:00:00Z', pipeline: dryrun, status: 'FAILED', seconds: 5 },
      { run_id: 'a-5', admitted_at: '2026-04-01T00:00:00Z', seconds: 30, bytes: 4000 },
    ]);
    await record('other', [
      { run_id: 'o-1', admitted_at: '2026-03-10T00:00:00Z' },
      { run_id: 'o-1', admitted_at: '2026-03-10T00:00:00Z', recorded_at: '2026-03-10T09:00:00Z' },
      { run_id: 'o-2', admitted_at: '2026-03-10T00:00:00Z' },
    ]);
    await query(
      cloud.bigquery,
      'acme',
      `UPDATE tenants SET active_runs = [STRUCT('a-6' AS run_id, '${dryrun}' AS pipeline, '{}' AS parameters,
        'api' AS trigger, '' AS request_hash, TIMESTAMP '2026-04-02' AS admitted_at,
        TIMESTAMP '2026-04-03' AS lease_expires_at)] WHERE TRUE`,
    );
  });
  afterAll(() => cloud?.close());

  const record = (tenantId: string, runs: readonly Recorded[]) =>
    createAppendRows(cloud.bigquery)(
      tenantId,
      'pipeline_runs',
      runs.map(
        ({
          run_id,
          admitted_at,
          pipeline = costs,
          status = 'COMPLETED',
          seconds = 1,
          bytes = 0,
          recorded_at,
        }) => {
          const ended_at = new Date(Date.parse(admitted_at) + seconds * 2000).toISOString();
          return {
            insertId: `${run_id}-${recorded_at}`,
            json: {
              run_id,
              tenant_id: tenantId,
              pipeline,
              status,
              admitted_at,
              ended_at,
              duration_ms: seconds * 1000,
              rows_written: 1,
              bytes_processed: bytes,
              bytes_billed: bytes * 10,
              recorded_at: recorded_at ?? ended_at,
            },
          };
        },
      ),
    );
  const get = (path: string, headers: Record<string, string> = asAdmin) =>
    call(cloud.url, 'GET', `/api/v1/${path}`, { headers });
  const runs = (counts: Partial<Record<'COMPLETED' | 'FAILED' | 'CANCELLED' | 'ADMITTED', number>>) => ({
    COMPLETED: 0,
    FAILED: 0,
    CANCELLED: 0,
    ADMITTED: 0,
    ...counts,
  });

  describe('GET /api/v1/tenants', () => {
    it('lists the tenants, page by page', async () => {
      const { status, body } = await get('tenants');
      expect({ status, body }).toEqual({
        status: 200,
        body: {
          tenants: ['acme', 'half_way', 'idle', 'other'].map((tenant_id) => ({ tenant_id })),
          next_cursor: null,
        },
      });
      const first = await get('tenants?limit=3');
      expect(first.body.tenants).toHaveLength(3);
      const second = await get(`tenants?limit=3&cursor=${first.body.next_cursor}`);
      expect(second.body).toEqual({ tenants: [{ tenant_id: 'other' }], next_cursor: null });
    });
  });

  describe('GET /api/v1/tenants/{tenant}/usage', () => {
    it('is by month of admission and by pipeline, each run once by its first outcome, in flight included', async () => {
      const { status, body } = await get('tenants/acme/usage?from=2026-03-01', withKey(acmeKey));
      expect(status).toBe(200);
      expect(body).toEqual({
        tenant_id: 'acme',
        from: '2026-03-01T00:00:00.000Z',
        to: null,
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
            rows_written: 3,
            bytes_processed: 3000,
            bytes_billed: 30_000,
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

    it('is of a half-open period, of this month unless asked for', async () => {
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

    it('of a tenant that is not there is 404', async () => {
      for (const nobody of ['nobody', 'half_way'])
        expect(await get(`tenants/${nobody}/usage`)).toMatchObject({
          status: 404,
          body: { code: 'tenant_not_found' },
        });
    });
  });

  describe('GET /api/v1/usage', () => {
    it('is every tenant’s of a month, page by page; who is not onboarded to the end has none', async () => {
      const { status, body } = await get('usage?month=2026-03');
      expect(status).toBe(200);
      expect(body).toMatchObject({
        month: '2026-03',
        tenants: [
          { tenant_id: 'acme', total: { runs: 4 } },
          { tenant_id: 'idle', total: { runs: 0 }, usage: [] },
          { tenant_id: 'other', total: { runs: 2, runs_by_status: runs({ COMPLETED: 2 }) } },
        ],
        next_cursor: null,
      });
      const found: unknown[] = [];
      let cursor = '';
      for (let page = 0; page < 4; page++) {
        const { body: part } = await get(`usage?month=2026-03&limit=1${cursor}`);
        found.push(...(Array.isArray(part.tenants) ? part.tenants : []));
        cursor = part.next_cursor === null ? 'end' : `&cursor=${part.next_cursor}`;
      }
      expect(cursor).toBe('end');
      expect(found).toEqual(body.tenants);
      expect((await get('usage')).body.month).toBe(monthOf(new Date(), 0).name);
    });

    it('is refused as a whole where a tenant’s cannot be read, naming it', async () => {
      const broken = cloud.bigquery.dataset('broken');
      await onboard(cloud.url, 'broken');
      await broken.table('pipeline_runs').delete();
      await broken.createTable('pipeline_runs', { schema: { fields: [{ name: 'x', type: 'STRING' }] } });
      for (const path of ['usage?month=2026-03', 'billing/export?month=2026-03']) {
        const answer = await get(path);
        expect(answer).toMatchObject({
          status: 503,
          body: { code: 'unavailable', failed_tenants: ['broken'] },
        });
        expect(answer.body.tenants ?? answer.body.events).toBeUndefined();
        expect(answer.headers.get('retry-after')).toBe('5');
      }
      await broken.delete({ force: true });
      expect((await get('usage?month=2026-03')).status).toBe(200);
    });
  });

  describe('GET /api/v1/billing/export', () => {
    const eventsOf = ({ body }: { body: Record<string, unknown> }): Record<string, unknown>[] =>
      Array.isArray(body.events) ? body.events : [];

    it('is a Stripe meter event for each run that completed, each once', async () => {
      const answer = await get('billing/export?month=2026-03');
      expect(answer.body).toMatchObject({ month: '2026-03', format: 'stripe', next_cursor: null });
      const events = eventsOf(answer);
      expect(events.map(({ payload, timestamp }) => [payload, timestamp])).toEqual(
        [
          ['acme', '2026-03-01T00:00:20Z'],
          ['acme', '2026-04-01T00:00:39.999Z'],
          ['other', '2026-03-10T00:00:02Z'],
          ['other', '2026-03-10T00:00:02Z'],
        ].map(([tenant, time]) => [
          { stripe_customer_id: tenant, value: '1' },
          Math.floor(Date.parse(String(time)) / 1000),
        ]),
      );
      for (const { event_name, identifier } of events) {
        expect(event_name).toBe('pipeline_run');
        expect(identifier).toMatch(/^run_[0-9a-f]{64}$/);
      }
      expect(new Set(events.map(({ identifier }) => identifier)).size).toBe(4);
    });

    it('or a CloudEvent for OpenMeter, with the same id', async () => {
      const stripe = eventsOf(await get('billing/export?month=2026-03'));
      const events = eventsOf(await get('billing/export?month=2026-03&format=openmeter'));
      expect(events.map(({ id }) => id)).toEqual(stripe.map(({ identifier }) => identifier));
      expect(events[1]).toEqual({
        specversion: '1.0',
        type: 'pipeline_run',
        source: 'tenant-pipelines',
        id: expect.any(String),
        subject: 'acme',
        time: '2026-04-01T00:00:39.999Z',
        datacontenttype: 'application/json',
        data: {
          run_id: 'a-2',
          pipeline: costs,
          runs: 1,
          duration_ms: 20_000,
          rows_written: 1,
          bytes_processed: 2000,
          bytes_billed: 20_000,
        },
      });
    });

    it('repeated is the same to the last byte, and what has ended since is added', async () => {
      const before = await get('billing/export?month=2026-05');
      expect(eventsOf(before)).toEqual([]);
      await record('idle', [{ run_id: 'i-1', admitted_at: '2026-05-01T00:00:00Z' }]);
      const after = await get('billing/export?month=2026-05');
      expect(eventsOf(after)).toHaveLength(1);
      await record('idle', [
        { run_id: 'i-2', admitted_at: '2026-05-02T00:00:00Z' },
        { run_id: 'i-1', admitted_at: '2026-05-01T00:00:00Z', recorded_at: '2026-06-01T00:00:00Z' },
      ]);
      const later = eventsOf(await get('billing/export?month=2026-05'));
      expect(later).toEqual([...eventsOf(after), expect.anything()]);
    });

    it('is the same in pages, whatever their size, in the midst of a tenant too', async () => {
      const whole = eventsOf(await get('billing/export?month=2026-03'));
      for (const limit of [1, 2, 3, 4, 5]) {
        const events: unknown[] = [];
        let next: string | null = `/api/v1/billing/export?month=2026-03&limit=${limit}`;
        let pages = 0;
        while (next !== null && pages < 10) {
          const response: Response = await fetch(cloud.url + next, {
            headers: { ...asAdmin, Accept: 'application/x-ndjson' },
          });
          expect(response.headers.get('content-type')).toBe('application/x-ndjson');
          const lines = (await response.text()).split('\n');
          expect(lines.pop()).toBe('');
          expect(lines.length).toBeLessThanOrEqual(limit);
          events.push(...lines.map((line) => JSON.parse(line)));
          next = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1] ?? null;
          pages++;
        }
        expect(events).toEqual(whole);
        expect(pages).toBe(Math.ceil(whole.length / limit));
      }
    });

    it('is of the month before, unless asked for', async () => {
      expect((await get('billing/export')).body.month).toBe(monthOf(new Date(), -1).name);
    });

    it('takes a cursor of its own month only', async () => {
      const { body } = await get('billing/export?month=2026-03&limit=1');
      const cursor = String(body.next_cursor);
      expect((await get(`billing/export?limit=1&cursor=${cursor}`)).body.month).toBe('2026-03');
      expect(await get(`billing/export?month=2026-04&cursor=${cursor}`)).toMatchObject({
        status: 400,
        body: { detail: expect.stringContaining('same month') },
      });
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
});
