import type { Tenant } from '../../../client';
import {
  percentsOf,
  quotaChangeOf,
  quotaFormOf,
  withTier,
  wrongPercents,
} from '../../../console/tenant/quota-change';

const tenant: Tenant = {
  tenant_id: 'acme_001',
  company_name: 'Acme',
  contact_email: null,
  subscription_tier: 'FREE',
  is_active: true,
  suspended_at: null,
  suspension_reason: null,
  suspension_public_reason: null,
  offboarding_at: null,
  notes: null,
  created_at: '2026-11-01T00:00:00.000Z',
  updated_at: '2026-11-01T00:00:00.000Z',
  quotas: {
    max_pipelines_per_month: 100,
    max_concurrent_pipelines: 5,
    max_bytes_billed_per_month: null,
    max_queued_pipelines: 0,
    alert_at_percent: [80, 100],
  },
  usage: {
    pipeline_runs_count: 0,
    pipeline_runs_this_month: 0,
    current_running_pipelines: 0,
    monthly_runs_left: 100,
    bytes_billed_this_month: 0,
    bytes_left: null,
    concurrent_runs_left: 5,
    last_pipeline_run_at: null,
    quota_reset_date: '2026-11-01',
    next_reset_at: '2026-12-01T00:00:00.000Z',
  },
  active_runs_count: 0,
  queued_runs_count: 0,
  active_runs: [],
};

const form = quotaFormOf(tenant);

describe('What a change of quotas sends', () => {
  it('is nothing where nothing is changed', () => {
    expect(quotaChangeOf(form, tenant)).toEqual({});
  });

  it('is what differs', () => {
    const quotas = { ...form.quotas, max_pipelines_per_month: { kind: 'own', text: '250' } } as const;
    expect(quotaChangeOf({ ...form, quotas, alerts: '50 % 90' }, tenant)).toEqual({
      max_pipelines_per_month: 250,
      alert_at_percent: [50, 90],
    });
  });

  it('is null where a quota is taken away', () => {
    const quotas = { ...form.quotas, max_concurrent_pipelines: { kind: 'unlimited', text: '' } } as const;
    expect(quotaChangeOf({ ...form, quotas }, tenant)).toEqual({ max_concurrent_pipelines: null });
  });

  it('is another tier alone, whose quotas it brings', () => {
    expect(quotaChangeOf(withTier(form, 'STARTER', tenant), tenant)).toEqual({
      subscription_tier: 'STARTER',
    });
  });

  it('is another tier with a quota that is given beside it, though it is the one of now', () => {
    const other = withTier(form, 'STARTER', tenant);
    const quotas = { ...other.quotas, max_pipelines_per_month: { kind: 'own', text: '100' } } as const;
    expect(quotaChangeOf({ ...other, quotas }, tenant)).toEqual({
      subscription_tier: 'STARTER',
      max_pipelines_per_month: 100,
    });
  });

  it('is nothing again where the tier of before is chosen again', () => {
    expect(quotaChangeOf(withTier(withTier(form, 'STARTER', tenant), 'FREE', tenant), tenant)).toEqual({});
  });

  it('reads per cents however they are parted', () => {
    expect(percentsOf(' 50%, 80;100 ')).toEqual([50, 80, 100]);
    expect(percentsOf('')).toEqual([]);
  });

  it.each([
    ['', true],
    ['80, 100', true],
    ['0', false],
    ['80, 101', false],
    ['80, 80', false],
    ['12.5', false],
    ['many', false],
    ['1 2 3 4 5 6 7 8 9 10 11', false],
  ])('sends %p as percents: %p', (text, isSent) => {
    expect(wrongPercents(text) === undefined).toBe(isSent);
  });
});
