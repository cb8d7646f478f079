import fc from 'fast-check';
import { tenantListRoutes } from '../../../functions/tenants/tenant-list';
import {
  type OrderedTenant,
  orderedPage,
  type TenantPlace,
  tenantOrders,
  tenantSorts,
} from '../../../functions/tenants/tenant-order';
import { findRoute } from '../../../shared/http/route';

const tenant = (number: number, used: number, quota: number | null, name = 'Acme'): OrderedTenant => ({
  tenant_id: `tenant_${number}`,
  company_name: name,
  max_pipelines_per_month: quota,
  pipeline_runs_this_month: used,
  last_pipeline_run_at: used === 0 ? null : `2026-11-0${(used % 9) + 1}T00:00:00.000Z`,
  created_at: '2026-01-01T00:00:00.000Z',
});

const tenants = fc.uniqueArray(
  fc.record({
    number: fc.nat(99),
    used: fc.nat(3),
    quota: fc.option(fc.nat(4), { nil: null }),
    name: fc.constantFrom('a', 'B', 'b'),
  }),
  { selector: ({ number }) => number, maxLength: 12 },
);

it('pages put together are all tenants once, in the order of one large page', () => {
  fc.assert(
    fc.property(
      tenants,
      fc.constantFrom(...tenantSorts),
      fc.constantFrom(...tenantOrders),
      fc.integer({ min: 1, max: 5 }),
      (made, sort, order, limit) => {
        const all = made.map(({ number, used, quota, name }) => tenant(number, used, quota, name));
        const order_ = { sort, order };
        const whole = orderedPage(all, order_, 100, undefined);
        expect(whole.place).toBeNull();
        expect(new Set(whole.page)).toEqual(new Set(all));
        const paged: OrderedTenant[] = [];
        for (let place: TenantPlace | null | undefined; place !== null; ) {
          const part: ReturnType<typeof orderedPage> = orderedPage(all, order_, limit, place);
          paged.push(...part.page);
          place = part.place;
        }
        expect(paged).toEqual(whole.page);
      },
    ),
  );
});

it('a share is of the quota: none is nothing, and of 0 all is used', () => {
  const all = [tenant(1, 9, null), tenant(2, 0, 0), tenant(3, 1, 2)];
  const { page } = orderedPage(all, { sort: 'share', order: 'asc' }, 9, undefined);
  expect(page.map(({ tenant_id }) => tenant_id)).toEqual(['tenant_1', 'tenant_3', 'tenant_2']);
});

describe('The sorted list of many tenants', () => {
  /** Counts calls, each of which takes a turn of the event loop. */
  const listOf = async (count: number, longestPage = Number.POSITIVE_INFINITY) => {
    const rounds = { most: 0, underWay: 0, reads: 0 };
    const [route] = tenantListRoutes({
      adminRule: { kind: 'open' },
      now: () => new Date('2026-11-30T00:00:00Z'),
      listTenantPage: async ({ maxResults, pageToken = '0' }) => {
        const start = Number(pageToken);
        const end = start + Math.min(maxResults, longestPage);
        return {
          tenantIds: Array.from({ length: count }, (_, index) => `tenant_${index}`).slice(start, end),
          nextPageToken: end < count ? `${end}` : undefined,
        };
      },
      readTenantSummary: async (tenantId) => {
        rounds.reads++;
        rounds.most = Math.max(rounds.most, ++rounds.underWay);
        await new Promise((resolve) => setImmediate(resolve));
        rounds.underWay--;
        return {
          company_name: tenantId,
          subscription_tier: 'FREE',
          is_active: true,
          max_pipelines_per_month: 100,
          max_concurrent_pipelines: 5,
          max_bytes_billed_per_month: null,
          max_queued_pipelines: 0,
          bytes_billed_this_month: 0,
          pipeline_runs_this_month: 0,
          current_running_pipelines: 0,
          quota_reset_date: '2026-11-01',
          last_pipeline_run_at: null,
          created_at: new Date('2026-01-01T00:00:00Z'),
        };
      },
    });
    if (route === undefined) throw new Error('There is no list');
    const { params } = findRoute([route], 'GET', '/api/v1/tenants');
    const reply = route.handle({
      operation: 'listTenants',
      method: 'GET',
      path: '/api/v1/tenants',
      params,
      query: new URLSearchParams('sort=name'),
      header: () => undefined,
      address: '',
      recognise: () => undefined,
      json: async () => undefined,
    });
    return { reply, rounds };
  };

  it('reads 100 of them 32 at a time: four rounds of reads that take 0.3 s are within 2 s', async () => {
    const { reply, rounds } = await listOf(100);
    expect((await reply).body).toMatchObject({ next_cursor: null });
    expect(rounds).toEqual({ most: 32, underWay: 0, reads: 100 });
  });

  it('is of all of them where the pages are shorter than asked for', async () => {
    const { reply, rounds } = await listOf(100, 30);
    expect((await reply).body).toMatchObject({ next_cursor: null });
    expect(rounds.reads).toBe(100);
  });

  it.each([501, 400])('is refused for more than 500 in pages of %i, before any row is read', async (page) => {
    const { reply, rounds } = await listOf(501, page);
    await expect(reply).rejects.toMatchObject({
      code: 'invalid_request',
      detail: expect.stringMatching(/^sort: /),
    });
    expect(rounds.reads).toBe(0);
  });
});
