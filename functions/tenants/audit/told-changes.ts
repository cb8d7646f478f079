import type { TenantDetails } from '../../../shared/google/bigquery/tables/read-tenant-state';
import { alertPercentsOf } from '../../../shared/runs/rules/quota-alerts';

/*
 * What the audit log tells of a tenant, before a change as after it. Each field is named here: nothing gets into the
 * log by itself.
 */

export const toldProfile = ({ company_name, contact_email, notes }: TenantDetails) => ({
  company_name,
  contact_email,
  notes,
});

export const toldQuotas = (row: TenantDetails) => ({
  alert_at_percent: alertPercentsOf(row.alert_at_percent).map(String),
  subscription_tier: row.subscription_tier,
  max_pipelines_per_month: row.max_pipelines_per_month,
  max_concurrent_pipelines: row.max_concurrent_pipelines,
  max_bytes_billed_per_month: row.max_bytes_billed_per_month,
  max_queued_pipelines: row.max_queued_pipelines,
});

export const toldStatus = ({ is_active, suspension_reason, suspension_public_reason }: TenantDetails) => ({
  is_active,
  suspension_reason,
  suspension_public_reason,
});
