import { parse } from 'csv-parse/sync';
import { monthOf } from '../../../functions/tenants/calendar-month';
import { type ExportPlace, exportBilling } from '../../../functions/tenants/usage/billing-export';
import { billableRuns } from '../../../functions/tenants/usage/billing-lines';
import { createRunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { createListTenantPage } from '../../../shared/google/bigquery/tables/list-tenants';
import { systemClock } from '../../../shared/support/clock';
import { asAdmin, call, type TestCloud } from '../../support/local-cloud';
import { costs, record } from './recorded-usage';

/** Over the runs that startCloudWithUsage records. */
export const describeBilling = (cloudOf: () => TestCloud): void =>
  describe('GET /api/v1/billing/export', () => {
    const get = (path: string) => call(cloudOf().url, 'GET', `/api/v1/${path}`, { headers: asAdmin });

    const eventsOf = ({ body }: { body: Record<string, unknown> }): Record<string, unknown>[] =>
      Array.isArray(body.events) ? body.events : [];

    it('has one Stripe meter event for each run that completed', async () => {
      const answer = await get('billing/export?month=2026-03');
      expect(answer.body).toMatchObject({
        month: '2026-03',
        status: 'final',
        format: 'stripe',
        next_cursor: null,
      });
      const events = eventsOf(answer);
      expect(events.map(({ payload, timestamp }) => [payload, timestamp])).toEqual(
        [
          ['acme', '2026-03-01T00:00:00Z'],
          ['acme', '2026-03-31T23:59:59.999Z'],
          ['other', '2026-03-10T00:00:00Z'],
          ['other', '2026-03-10T00:00:00Z'],
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

    it('or one CloudEvent for OpenMeter, with the same id', async () => {
      const stripe = eventsOf(await get('billing/export?month=2026-03'));
      const events = eventsOf(await get('billing/export?month=2026-03&format=openmeter'));
      expect(events.map(({ id }) => id)).toEqual(stripe.map(({ identifier }) => identifier));
      expect(events[1]).toEqual({
        specversion: '1.0',
        type: 'pipeline_run',
        source: 'tenant-pipelines',
        id: expect.any(String),
        subject: 'acme',
        time: '2026-03-31T23:59:59.999Z',
        datacontenttype: 'application/json',
        data: {
          run_id: 'a-2',
          pipeline: costs,
          ended_at: '2026-04-01T00:00:39.999Z',
          runs: 1,
          duration_ms: 20_000,
          rows_written: 1,
          bytes_processed: 2000,
          bytes_billed: 20_000,
        },
      });
    });

    it('is the same to the last byte when repeated, plus what has ended since', async () => {
      const before = await get('billing/export?month=2026-05');
      expect(eventsOf(before)).toEqual([]);
      await record(cloudOf(), 'idle', [{ run_id: 'b-1', admitted_at: '2026-05-01T00:00:00Z' }]);
      const after = await get('billing/export?month=2026-05');
      expect(eventsOf(after)).toHaveLength(1);
      await record(cloudOf(), 'idle', [
        { run_id: 'b-2', admitted_at: '2026-05-02T00:00:00Z' },
        { run_id: 'b-1', admitted_at: '2026-05-01T00:00:00Z', recorded_at: '2026-06-01T00:00:00Z' },
      ]);
      const later = eventsOf(await get('billing/export?month=2026-05'));
      expect(later).toEqual([...eventsOf(after), expect.anything()]);
    });

    it('is the same in pages of any size, even if one ends in the middle of a tenant', async () => {
      const whole = eventsOf(await get('billing/export?month=2026-03'));
      for (const limit of [1, 2, 3, 4, 5]) {
        const events: unknown[] = [];
        let next: string | null = `/api/v1/billing/export?month=2026-03&limit=${limit}`;
        let pages = 0;
        while (next !== null && pages < 10) {
          const response: Response = await fetch(cloudOf().url + next, {
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

    it('stamps every event inside its month, whenever the run ended', async () => {
      // a-2 was admitted in March and ended in April: it is March's in `/usage`, too.
      const { body } = await get('usage?month=2026-03');
      expect(Object(body.tenants)[0]).toMatchObject({
        tenant_id: 'acme',
        total: { runs_by_status: { COMPLETED: 2 } },
      });
      const stripe = eventsOf(await get('billing/export?month=2026-03'));
      const openMeter = eventsOf(await get('billing/export?month=2026-03&format=openmeter'));
      const stamps = [
        ...stripe.map(({ timestamp }) => Number(timestamp) * 1000),
        ...openMeter.map(({ time }) => Date.parse(String(time))),
      ];
      expect(stamps).toHaveLength(8);
      expect(stamps.map((stamp) => monthOf(new Date(stamp), 0).name)).toEqual(stamps.map(() => '2026-03'));
    });

    it('reads a tenant only for a page that it is on', async () => {
      const month = monthOf(new Date('2026-03-01'), 0);
      const tenantsReadFor = async (limit: number, place: Partial<ExportPlace> = {}) => {
        const read: string[] = [];
        const runStatement = createRunStatement(cloudOf().bigquery);
        const { lines, next } = await exportBilling(
          month,
          limit,
          { pageToken: undefined, tenantId: undefined, after: undefined, ...place },
          billableRuns,
          {
            listTenantPage: createListTenantPage(cloudOf().bigquery),
            runStatement: (dataset, ...statement) => {
              read.push(dataset);
              return runStatement(dataset, ...statement);
            },
            clock: systemClock,
          },
        );
        return { read: read.toSorted(), runs: lines.map(({ line }) => line.run_id), next };
      };
      const first = await tenantsReadFor(1);
      expect(first).toMatchObject({ read: ['acme'], runs: ['a-1'] });
      // The rest of this tenant fills the page: whoever comes next is not looked at.
      const second = await tenantsReadFor(1, first.next);
      expect(second).toMatchObject({ read: ['acme'], runs: ['a-2'], next: { tenantId: 'half_way' } });
      expect(await tenantsReadFor(2)).toMatchObject({ read: ['acme'], runs: ['a-1', 'a-2'] });
      const whole = await tenantsReadFor(5000);
      expect(whole.read).toEqual(['acme', 'half_way', 'idle', 'other']);
      expect(whole).toMatchObject({ runs: ['a-1', 'a-2', 'o-1', 'o-2'], next: undefined });
    });

    const text = async (path: string) => {
      const answer = await fetch(`${cloudOf().url}/api/v1/billing/export?${path}`, { headers: asAdmin });
      expect(answer.status).toBe(200);
      const { headers } = answer;
      const type = headers.get('content-type')?.split(';')[0];
      return { type, status: headers.get('x-billing-status'), text: await answer.text() };
    };

    it('has the same runs as CSV, as JSON lines, as CloudEvents and in Stripe’s streams of 100', async () => {
      const { type, text: csv } = await text('month=2026-03&format=csv');
      const lines: Record<string, string>[] = parse(csv, { columns: true });
      expect([type, lines.map(({ run_id }) => run_id)]).toEqual(['text/csv', ['a-1', 'a-2', 'o-1', 'o-2']]);
      const jsonl = await text('month=2026-03&format=jsonl');
      const objects = jsonl.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(jsonl.type).toBe('application/x-ndjson');
      expect(objects.map(({ event_id }) => event_id)).toEqual(lines.map(({ event_id }) => event_id));
      const events = eventsOf(await get('billing/export?month=2026-03&format=cloudevents'));
      expect(events.map(({ id, type }) => [id, type])).toEqual(
        objects.map(({ event_id }) => [event_id, 'run.billed']),
      );
      const streamed = await get('billing/export?month=2026-03&format=stripe_stream&limit=5000');
      expect(eventsOf(streamed)).toMatchObject(
        objects.map(({ event_id, admitted_at }) => ({ identifier: event_id, timestamp: admitted_at })),
      );
    });

    it('as FOCUS has a line for each tenant, pipeline and day, in pages as in one', async () => {
      await record(cloudOf(), 'idle', [
        { run_id: 'i-7', admitted_at: '2026-07-01T01:00:00Z', bytes: 2 ** 34 },
        { run_id: 'i-8', admitted_at: '2026-07-01T02:00:00Z', bytes: 2 ** 34 },
        { run_id: 'i-9', admitted_at: '2026-07-01T02:00:00Z', bytes: 0, pipeline: 'shop/sales/daily' },
        { run_id: 'i-10', admitted_at: '2026-07-02T02:00:00Z', status: 'FAILED', bytes: 1 },
      ]);
      const { type, text: csv } = await text('month=2026-07&format=focus');
      const lines: Record<string, string>[] = parse(csv, { columns: true });
      const shown = lines.map((line) => [
        line.ChargePeriodStart,
        line.ServiceName,
        line.x_Runs,
        line.BilledCost,
      ]);
      expect([type, shown]).toEqual([
        'text/csv',
        [
          ['2026-07-01T00:00:00Z', costs, '2', '1.953125000'],
          ['2026-07-01T00:00:00Z', 'shop/sales/daily', '1', '0.000000000'],
        ],
      ]);
      const first = await fetch(`${cloudOf().url}/api/v1/billing/export?month=2026-07&format=focus&limit=1`, {
        headers: asAdmin,
      });
      const next = /^<([^>]+)>/.exec(first.headers.get('link') ?? '')?.[1];
      const second = await fetch(`${cloudOf().url}${next}`, { headers: asAdmin });
      const pages = [...parse(await first.text()), ...parse(await second.text()).slice(1)];
      expect(pages).toEqual(parse(csv));
      const cursor = new URL(`${cloudOf().url}${next}`).searchParams.get('cursor');
      expect(await get(`billing/export?month=2026-07&format=csv&cursor=${cursor}`)).toMatchObject({
        status: 400,
        body: { detail: expect.stringContaining('same format') },
      });
    });

    it('is preliminary until two days after the month', async () => {
      expect(await text(`month=${monthOf(new Date(), 0).name}&format=csv`)).toMatchObject({
        status: 'preliminary',
      });
      expect(await text('month=2026-03&format=csv')).toMatchObject({ status: 'final' });
    });

    it('covers the month before, unless another is asked for', async () => {
      expect((await get('billing/export')).body.month).toBe(monthOf(new Date(), -1).name);
    });

    it('accepts only a cursor of the same month', async () => {
      const { body } = await get('billing/export?month=2026-03&limit=1');
      const cursor = String(body.next_cursor);
      expect((await get(`billing/export?limit=1&cursor=${cursor}`)).body.month).toBe('2026-03');
      expect(await get(`billing/export?month=2026-04&cursor=${cursor}`)).toMatchObject({
        status: 400,
        body: { detail: expect.stringContaining('same month') },
      });
    });
  });
