import type { TenantSummary } from '../../../shared/google/bigquery/tables/read-tenant-state';
import { alertPercentsOf } from '../../../shared/runs/rules/quota-alerts';
import type { TenantRow } from '../../../shared/sql/tenants/tenant-row';

/*
 * What the audit log tells of a tenant's changes. Each field is named here: nothing gets into the log by itself.
 */

/** What is read of a tenant free of charge, before it is changed. */
export const toldSummary = (summary: TenantSummary | undefined) =>
  summary && {
    company_name: summary.company_name,
    subscription_tier: summary.subscription_tier,
    is_active: summary.is_active,
    max_pipelines_per_month: summary.max_pipelines_per_month,
    max_concurrent_pipelines: summary.max_concurrent_pipelines,
    max_bytes_billed_per_month: summary.max_bytes_billed_per_month,
  };

export const toldProfile = ({ company_name, contact_email, notes }: TenantRow) => ({
  company_name,
  contact_email,
  notes,
});

export const toldQuotas = (row: TenantRow) => ({
  alert_at_percent: alertPercentsOf(row.alert_at_percent).map(String),
  subscription_tier: row.subscription_tier,
  max_pipelines_per_month: row.max_pipelines_per_month,
  max_concurrent_pipelines: row.max_concurrent_pipelines,
  max_bytes_billed_per_month: row.max_bytes_billed_per_month,
});

export const toldStatus = ({ is_active, suspension_reason, suspension_public_reason }: TenantRow) => ({
  is_active,
  suspension_reason,
  suspension_public_reason,
});
