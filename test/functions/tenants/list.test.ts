import { call, onboard, query, startTestCloud, type TestCloud } from '../../support/local-cloud';

describe('The list of tenants', () => {
  let cloud: TestCloud;
  beforeAll(async () => {
    cloud = await startTestCloud();
    await onboard(cloud.url, 'alpha', { subscription_tier: 'FREE', max_pipelines_per_month: 10 });
    await onboard(cloud.url, 'beta', { max_pipelines_per_month: null });
    await onboard(cloud.url, 'gamma', { subscription_tier: 'FREE', max_pipelines_per_month: 10 });
    await call(cloud.url, 'POST', '/api/v1/tenants/gamma/suspend', { body: { reason: 'unpaid' } });
    const used = (tenantId: string, runs: number, day: string) =>
      query(
        cloud.bigquery,
        tenantId,
        `UPDATE tenants SET pipeline_runs_this_month = ${runs}, quota_reset_date = '${day}' WHERE TRUE`,
      );
    const today = new Date().toISOString().slice(0, 10);
    await used('alpha', 8, today);
    await used('beta', 1_000, today);
    await used('gamma', 9, '2020-01-01');
    // A dataset whose onboarding did not come to its end is no tenant yet.
    await onboard(cloud.url, 'half_done');
    await query(cloud.bigquery, 'half_done', 'DELETE FROM tenants WHERE TRUE');
  });
  afterAll(() => cloud?.close());

  const list = async (search = '') => {
    const { status, body } = await call(cloud.url, 'GET', `/api/v1/tenants${search}`);
    expect(status).toBe(200);
    return body as { tenants: Record<string, unknown>[]; next_cursor: string | null };
  };
  const idsOf = async (search: string) => (await list(search)).tenants.map(({ tenant_id }) => tenant_id);

  it('tells who they are, their quotas and what they have used this month', async () => {
    const { tenants, next_cursor: next } = await list();
    expect(
      tenants.map(({ tenant_id, pipeline_runs_this_month }) => [tenant_id, pipeline_runs_this_month]),
    ).toEqual([
      ['alpha', 8],
      ['beta', 1_000],
      ['gamma', 0],
    ]);
    expect(tenants[0]).toEqual({
      tenant_id: 'alpha',
      company_name: 'Test Corporation',
      subscription_tier: 'FREE',
      is_active: true,
      max_pipelines_per_month: 10,
      max_concurrent_pipelines: 5,
      max_bytes_billed_per_month: null,
      max_queued_pipelines: 0,
      bytes_billed_this_month: 0,
      pipeline_runs_this_month: 8,
      current_running_pipelines: 0,
      last_pipeline_run_at: null,
      created_at: expect.stringMatching(/Z$/),
    });
    expect(next).toBeNull();
  });

  it.each([
    ['?tier=FREE', ['alpha', 'gamma']],
    ['?active=false', ['gamma']],
    ['?active=true&tier=FREE', ['alpha']],
    ['?near_quota=true', ['alpha']],
    ['?near_quota=false', ['beta', 'gamma']],
    ['?tier=NONE', []],
  ])('%s shows %j', async (search, expected) => expect(await idsOf(search)).toEqual(expected));

  it('goes on after a page on which none matched', async () => {
    const ids: unknown[] = [];
    let pages = 0;
    for (let cursor = ''; pages < 10; pages++) {
      const page = await list(`?limit=1&active=false${cursor}`);
      ids.push(...page.tenants.map(({ tenant_id }) => tenant_id));
      if (page.next_cursor === null) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect(ids).toEqual(['gamma']);
    expect(pages).toBeGreaterThan(1);
  });

  it.each([
    ['?sort=name', ['alpha', 'beta', 'gamma']],
    ['?sort=created&order=desc', ['gamma', 'beta', 'alpha']],
    ['?sort=used&order=desc', ['beta', 'alpha', 'gamma']],
    ['?sort=share&order=desc&tier=FREE', ['alpha', 'gamma']],
  ])('%s is in the order %j, page by page', async (search, expected) => {
    expect(await idsOf(search)).toEqual(expected);
    const ids: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Awaited<ReturnType<typeof list>> = await list(
        `${search}&limit=1${cursor && `&cursor=${cursor}`}`,
      );
      ids.push(...page.tenants.map(({ tenant_id }) => tenant_id));
      cursor = page.next_cursor;
    }
    expect(ids).toEqual(expected);
  });

  it('refuses the cursor of another order', async () => {
    const { next_cursor: unsorted } = await list('?limit=1');
    const { next_cursor: byName } = await list('?limit=1&sort=name');
    for (const search of [
      `sort=name&cursor=${unsorted}`,
      `cursor=${byName}`,
      `sort=used&cursor=${byName}`,
      `sort=name&order=desc&cursor=${byName}`,
      'order=asc',
      'sort=tier',
    ])
      expect([search, (await call(cloud.url, 'GET', `/api/v1/tenants?${search}`)).status]).toEqual([
        search,
        400,
      ]);
  });

  it('names the next page in its headers, with the same filters', async () => {
    const { headers } = await call(cloud.url, 'GET', '/api/v1/tenants?limit=1&active=true');
    const next = /^<(.+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1] ?? '';
    expect(next).toContain('active=true');
    expect((await call(cloud.url, 'GET', next)).body.tenants).toMatchObject([{ tenant_id: 'beta' }]);
  });

  it('refuses filters that it does not know', async () => {
    for (const search of ['?active=yes', '?near_quota=1', '?limit=201', '?state=active']) {
      const { status } = await call(cloud.url, 'GET', `/api/v1/tenants${search}`);
      expect([search, status]).toEqual([search, 400]);
    }
  });
});
