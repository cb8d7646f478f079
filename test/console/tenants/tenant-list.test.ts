import {
  isNarrowed,
  type ListedTenant,
  sortingOf,
  tenantQueryOf,
  tenantsWith,
} from '../../../console/tenants/tenant-list';

describe('What the address says of the list of tenants', () => {
  it('is asked for as it is, where it says nothing', () => {
    expect(tenantQueryOf({})).toEqual({});
    expect(sortingOf({})).toBeUndefined();
    expect(isNarrowed({ sort: 'used' })).toBe(false);
  });

  it('is asked of the interface', () => {
    const query = {
      sort: 'share',
      order: 'desc',
      tier: 'FREE',
      state: 'suspended',
      quota: 'near',
      search: 'a',
    };
    expect(tenantQueryOf(query)).toEqual({
      sort: 'share',
      order: 'desc',
      tier: 'FREE',
      active: false,
      near_quota: true,
    });
    expect(sortingOf(query)).toEqual({ by: 'share', isDescending: true });
    expect(isNarrowed(query)).toBe(true);
  });

  it('counts as not said where it is wrong', () => {
    expect(tenantQueryOf({ sort: 'colour', order: 'desc', state: 'asleep', quota: 'far' })).toEqual({});
    expect(sortingOf({ sort: 'colour' })).toBeUndefined();
  });
});

describe('A search of tenants', () => {
  const named = (tenant_id: string, company_name: string): ListedTenant => ({
    tenant_id,
    company_name,
    subscription_tier: 'FREE',
    is_active: true,
    max_pipelines_per_month: null,
    max_concurrent_pipelines: null,
    max_bytes_billed_per_month: null,
    max_queued_pipelines: 0,
    bytes_billed_this_month: 0,
    pipeline_runs_this_month: 0,
    current_running_pipelines: 0,
    last_pipeline_run_at: null,
    created_at: '2026-11-01T00:00:00.000Z',
  });
  const all = [named('acme_001', 'Acme GmbH'), named('blue', 'Blue Harbour')];

  it.each([
    ['', ['acme_001', 'blue']],
    [' HARBOUR ', ['blue']],
    ['_001', ['acme_001']],
    ['nobody', []],
  ])('for %p finds %p', (text, ids) => {
    expect(tenantsWith(all, text).map(({ tenant_id }) => tenant_id)).toEqual(ids);
  });
});
