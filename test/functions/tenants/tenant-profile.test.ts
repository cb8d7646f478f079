import { tenantProfile } from '../../../functions/tenants/tenant-profile';
import type { TenantRow } from '../../../shared/sql/tenants/tenant-row';

const row: TenantRow = {
  tenant_id: 'acme',
  company_name: 'Acme',
  contact_email: null,
  subscription_tier: 'FREE',
  is_active: true,
  max_pipelines_per_month: 100,
  max_concurrent_pipelines: 5,
  max_bytes_billed_per_month: null,
  alert_at_percent: [],
  bytes_billed_this_month: 0,
  pipeline_runs_count: 7,
  pipeline_runs_this_month: 0,
  current_running_pipelines: 0,
  last_pipeline_run_at: null,
  quota_reset_date: '2026-08-17',
  created_at: new Date('2026-08-17T10:00:00Z'),
  updated_at: new Date('2026-08-17T10:00:00Z'),
  suspended_at: null,
  suspension_reason: null,
  suspension_public_reason: null,
  offboarding_at: null,
  notes: null,
  onboarding_id: 'first',
  version: 0,
  active_runs_count: 0,
  max_queued_pipelines: 0,
  queued_runs_count: 0,
  active_runs: [],
};

// The date of the row is that of the last reset: of a tenant that starts nothing it can lie months back.
it.each([
  ['2026-11-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
  ['2026-11-30T23:59:59.999Z', '2026-12-01T00:00:00.000Z'],
  ['2026-12-31T23:59:59.999Z', '2027-01-01T00:00:00.000Z'],
  ['2027-01-01T00:00:00.000Z', '2027-02-01T00:00:00.000Z'],
  // The last day of a long month: the next is shorter.
  ['2027-01-31T12:00:00.000Z', '2027-02-01T00:00:00.000Z'],
])('at %s the monthly quota is said to begin anew at %s', (now, next) => {
  expect(tenantProfile(row, new Date(now), true).usage).toMatchObject({
    quota_reset_date: '2026-08-17',
    next_reset_at: next,
  });
});

it('by a clock that was set back over the month’s border it begins anew after the month that is counted', () => {
  const counted = { ...row, quota_reset_date: '2027-01-01', pipeline_runs_this_month: 3 };
  expect(tenantProfile(counted, new Date('2026-12-31T23:59:59Z'), true).usage).toMatchObject({
    pipeline_runs_this_month: 3,
    next_reset_at: '2027-02-01T00:00:00.000Z',
  });
});

it('tells the tenant of its suspension only what is public', () => {
  const suspended = {
    ...row,
    suspension_reason: 'fraud?',
    suspension_public_reason: 'Invoice 17 is not paid.',
  };
  expect(tenantProfile(suspended, new Date('2026-08-17'), false)).toMatchObject({
    suspension_reason: null,
    suspension_public_reason: 'Invoice 17 is not paid.',
  });
  expect(tenantProfile(suspended, new Date('2026-08-17'), true).suspension_reason).toBe('fraud?');
});
