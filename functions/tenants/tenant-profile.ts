import { countedAt } from '../../shared/runs/rules/admission-rules';
import { isQueued } from '../../shared/runs/rules/ledger-row';
import { alertPercentsOf } from '../../shared/runs/rules/quota-alerts';
import type { TenantRow } from '../../shared/sql/tenants/tenant-row';
import { monthOf } from './calendar-month';

const left = (quota: number | null, used: number): number | null =>
  quota === null ? null : Math.max(0, quota - used);

/** Names what administrators have made of a tenant: its counters, which move with each run, have no part in it. */
export const versionOf = ({ onboarding_id, version }: Pick<TenantRow, 'onboarding_id' | 'version'>): string =>
  `${onboarding_id ?? ''}-${version}`;

/**
 * A tenant as the API shows it at this time: who it is, its quotas, its usage this month (UTC) and its runs in
 * flight, of which the oldest are listed. Why it was suspended is told to administrators; to the tenant only what
 * they have marked as public.
 */
export const tenantProfile = (row: TenantRow, now: Date, isAdmin: boolean) => ({
  tenant_id: row.tenant_id,
  company_name: row.company_name,
  contact_email: row.contact_email,
  subscription_tier: row.subscription_tier,
  is_active: row.is_active,
  suspended_at: row.suspended_at?.toISOString() ?? null,
  suspension_reason: isAdmin ? row.suspension_reason : null,
  suspension_public_reason: row.suspension_public_reason,
  offboarding_at: row.offboarding_at?.toISOString() ?? null,
  notes: row.notes,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
  quotas: {
    max_pipelines_per_month: row.max_pipelines_per_month,
    max_concurrent_pipelines: row.max_concurrent_pipelines,
    max_bytes_billed_per_month: row.max_bytes_billed_per_month,
    max_queued_pipelines: row.max_queued_pipelines,
    alert_at_percent: alertPercentsOf(row.alert_at_percent),
  },
  usage: {
    pipeline_runs_count: row.pipeline_runs_count,
    pipeline_runs_this_month: row.pipeline_runs_this_month,
    current_running_pipelines: row.current_running_pipelines,
    monthly_runs_left: left(row.max_pipelines_per_month, row.pipeline_runs_this_month),
    bytes_billed_this_month: row.bytes_billed_this_month ?? 0,
    bytes_left: left(row.max_bytes_billed_per_month, row.bytes_billed_this_month ?? 0),
    concurrent_runs_left: left(row.max_concurrent_pipelines, row.current_running_pipelines),
    last_pipeline_run_at: row.last_pipeline_run_at?.toISOString() ?? null,
    /** The day on which the month's count began anew last; it can lie in an earlier month. */
    quota_reset_date: row.quota_reset_date,
    next_reset_at: monthOf(countedAt(row, now), 1).from.toISOString(),
  },
  active_runs_count: row.active_runs_count,
  queued_runs_count: row.queued_runs_count,
  active_runs: row.active_runs.map((slot) => ({
    run_id: slot.run_id,
    pipeline: slot.pipeline,
    trigger: slot.trigger,
    status: isQueued(slot) ? ('QUEUED' as const) : ('ADMITTED' as const),
    admitted_at: slot.admitted_at.toISOString(),
    lease_expires_at: isQueued(slot) ? null : slot.lease_expires_at.toISOString(),
  })),
});
