import type { TenantToAdmit } from '../../../../shared/google/bigquery/tables/read-admission-state';

/** A tenant without limits that has used some of all. */
export const unlimitedTenant: TenantToAdmit = {
  company_name: 'Acme',
  subscription_tier: 'FREE',
  is_active: true,
  suspension_public_reason: null,
  max_pipelines_per_month: null,
  max_concurrent_pipelines: null,
  max_bytes_billed_per_month: null,
  used_this_month: 50,
  running: 2,
  bytes_this_month: 900,
  quota_reset_date: '2026-11-01',
  waiting_outcomes: 0,
  max_queued_pipelines: 0,
  queued: 0,
  queue_left: 0,
  mean_run_ms: null,
  keys_held: [],
  oldest: [],
  in_flight: [],
  revoked_key_ids: [],
  withdrawn: [],
  known: [],
  finished: [],
};
