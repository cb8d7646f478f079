import { monthOf } from '../../../functions/tenants/calendar-month';
import { asAdmin, call, type TestCloud } from '../../support/local-cloud';
import { costs, dryrun } from './recorded-usage';

/** What is read of all tenants from `all_runs`. @param theCloud one with recorded usage, once it runs */
export const describeAllTenants = (theCloud: () => TestCloud) =>
  describe('All tenants', () => {
    let cloud: TestCloud;
    beforeAll(() => {
      cloud = theCloud();
    });
    const get = (path: string) => call(cloud.url, 'GET', `/api/v1/${path}`, { headers: asAdmin });

    describe('GET /api/v1/usage', () => {
      it('covers all tenants that have runs, for a month, page by page', async () => {
        const { status, body } = await get('usage?month=2026-03');
        expect(status).toBe(200);
        expect(body).toMatchObject({
          month: '2026-03',
          from: '2026-03-01T00:00:00.000Z',
          to: '2026-04-01T00:00:00.000Z',
          tenants: [
            { tenant_id: 'acme', total: { runs: 4, runs_by_status: { CANCELLED: 1 } } },
            {
              tenant_id: 'other',
              total: {
                runs: 2,
                runs_by_status: { COMPLETED: 2, FAILED: 0, CANCELLED: 0, ADMITTED: 0, QUEUED: 0 },
              },
            },
          ],
          next_cursor: null,
        });
        const first = await get('usage?month=2026-03&limit=1');
        const second = await get(`usage?month=2026-03&limit=1&cursor=${first.body.next_cursor}`);
        expect([first, second].flatMap((page) => page.body.tenants)).toEqual(body.tenants);
        expect(second.body.next_cursor).toBeNull();
        expect((await get('usage')).body.month).toBe(monthOf(new Date(), 0).name);
      });

      it('is parted as a tenant’s own is, whose runs in flight it leaves out', async () => {
        const marchByDay = 'from=2026-03-01&to=2026-04-01&granularity=day&group_by=status';
        const { body: own } = await get(`tenants/acme/usage?${marchByDay}`);
        const { body } = await get(`usage?${marchByDay}`);
        expect(body).toMatchObject({ month: null, from: '2026-03-01T00:00:00.000Z' });
        expect(body.tenants).toContainEqual({ tenant_id: 'acme', total: own.total, usage: own.usage });
        expect((await get('usage?from=2026-01-01&to=2026-04-03&granularity=day')).status).toBe(200);
        const april = await get('usage?from=2026-04-01&to=2026-04-02');
        expect(april.body.tenants).toMatchObject([{ tenant_id: 'acme', total: { runs: 1 } }]);
        const csv = await fetch(`${cloud.url}/api/v1/usage?month=2026-03&group_by=status`, {
          headers: { ...asAdmin, Accept: 'text/csv' },
        });
        const [head, ...lines] = (await csv.text()).trim().split('\r\n');
        expect(head).toMatch(/^tenant_id,month,status,runs,/);
        expect(lines.map((line) => line.split(',').slice(0, 4).join())).toEqual([
          'acme,2026-03,CANCELLED,1',
          'acme,2026-03,COMPLETED,2',
          'acme,2026-03,FAILED,1',
          'other,2026-03,COMPLETED,2',
        ]);
      });
    });

    describe('GET /api/v1/runs', () => {
      const inMarch = 'from=2026-03-01&to=2026-04-01';
      const idsOf = async (filter: string) => {
        const { status, body } = await get(`runs?${inMarch}&${filter}`);
        expect(status).toBe(200);
        return Array.isArray(body.runs) ? body.runs.map(({ run_id }) => run_id) : [];
      };

      it('has the runs of all tenants that are over, newest first, each by its first outcome', async () => {
        expect(await idsOf('')).toEqual(['a-2', 'a-4', 'a-3', 'o-2', 'o-1', 'a-1']);
        const { body } = await get(`runs?${inMarch}&tenant=acme&status=CANCELLED`);
        expect(body).toEqual({
          runs: [
            {
              tenant_id: 'acme',
              run_id: 'a-3',
              pipeline: costs,
              trigger: null,
              actor_kind: null,
              actor: null,
              status: 'CANCELLED',
              error_code: null,
              failed_step: null,
              admitted_at: '2026-03-15T00:00:00.000Z',
              started_at: null,
              ended_at: '2026-03-15T00:00:02.000Z',
              duration_ms: 1000,
              rows_written: 1,
              bytes_processed: 0,
              bytes_billed: 0,
            },
          ],
          next_cursor: null,
        });
      });

      it.each([
        ['tenant=other', ['o-2', 'o-1']],
        [`pipeline=${dryrun}`, ['a-4']],
        ['status=FAILED&error_code=check_failed', ['a-4']],
        ['status=COMPLETED&error_code=check_failed', []],
        ['tenant=nobody', []],
        ['limit=2', ['a-2', 'a-4']],
      ])('is filtered by %s', async (filter, ids) => {
        expect(await idsOf(filter)).toEqual(ids);
      });

      it('has the runs of 30 days, unless another beginning is asked for', async () => {
        const { body } = await get('runs?to=2026-04-14');
        expect(Object(body.runs).map(({ run_id }: { readonly run_id: unknown }) => run_id)).toEqual([
          'a-5',
          'a-2',
          'a-4',
          'a-3',
        ]);
      });

      it('is paged like a tenant’s own list', async () => {
        const first = await get(`runs?${inMarch}&limit=4`);
        const next = /^<\/api\/v1\/(.+)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
        const second = await get(next);
        const found = [first, second].flatMap(({ body }) => (Array.isArray(body.runs) ? body.runs : []));
        expect(found.map(({ run_id }) => run_id)).toEqual(['a-2', 'a-4', 'a-3', 'o-2', 'o-1', 'a-1']);
        expect(second.body.next_cursor).toBeNull();
      });
    });
  });
