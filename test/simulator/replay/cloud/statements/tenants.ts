import { activateTenant } from '../../../../../shared/sql/tenants/activate-tenant';
import { changeQuotas } from '../../../../../shared/sql/tenants/change-quotas';
import { insertTenant } from '../../../../../shared/sql/tenants/insert-tenant';
import { readTenant } from '../../../../../shared/sql/tenants/read-tenant';
import { resetMonth } from '../../../../../shared/sql/tenants/reset-month';
import { suspendTenant } from '../../../../../shared/sql/tenants/suspend-tenant';
import { cellOf, dateCellOf, modelOf } from '../statement-model';
import { countUnexpired, dateOf, isMonthOver, type Tables } from '../tables';

/** The row as it is read: with the counters as they are at `now`. */
function readRow({ tenant }: Tables, { tenant_id, now }: { tenant_id: string | null; now: Date | null }) {
  if (tenant?.tenant_id !== tenant_id || now === null) return [];
  return [
    {
      ...tenant,
      pipeline_runs_this_month: isMonthOver(tenant, now) ? 0 : tenant.pipeline_runs_this_month,
      bytes_billed_this_month: isMonthOver(tenant, now) ? 0 : tenant.bytes_billed_this_month,
      current_running_pipelines: countUnexpired(tenant.active_runs, now),
      last_pipeline_run_at: cellOf(tenant.last_pipeline_run_at),
      quota_reset_date: dateCellOf(tenant.quota_reset_date),
      created_at: cellOf(tenant.created_at),
      updated_at: cellOf(tenant.updated_at),
      suspended_at: cellOf(tenant.suspended_at),
      active_runs_count: tenant.active_runs.length,
      active_runs: tenant.active_runs.slice(0, 100).map((slot) => ({
        ...slot,
        admitted_at: cellOf(slot.admitted_at),
        lease_expires_at: cellOf(slot.lease_expires_at),
      })),
    },
  ];
}

export const tenantModels = [
  modelOf(insertTenant, {
    change(tables, { now, tenant_id, ...given }) {
      if (tables.tenant !== undefined || now === null || tenant_id === null) return 0;
      tables.tenant = {
        tenant_id,
        ...given,
        is_active: true,
        pipeline_runs_count: 0,
        pipeline_runs_this_month: 0,
        current_running_pipelines: 0,
        bytes_billed_this_month: 0,
        last_pipeline_run_at: null,
        quota_reset_date: dateOf(now),
        created_at: now,
        updated_at: now,
        suspended_at: null,
        suspension_reason: null,
        active_runs: [],
        settled_runs: [],
        confirmed_until: null,
        revoked_keys: [],
        withdrawn_runs: [],
      };
      return 1;
    },
  }),
  modelOf(readTenant, { read: readRow }),
  modelOf(suspendTenant, {
    change(tables, { tenant_id, now, reason }) {
      const { tenant } = tables;
      if (tenant?.tenant_id !== tenant_id || now === null) return 0;
      const suspended_at = tenant.is_active ? now : tenant.suspended_at;
      tables.tenant = {
        ...tenant,
        is_active: false,
        suspended_at,
        suspension_reason: reason,
        updated_at: now,
      };
      return 1;
    },
    read: readRow,
  }),
  modelOf(activateTenant, {
    change(tables, { tenant_id, now }) {
      const { tenant } = tables;
      if (tenant?.tenant_id !== tenant_id || tenant.is_active || now === null) return 0;
      tables.tenant = {
        ...tenant,
        is_active: true,
        suspended_at: null,
        suspension_reason: null,
        updated_at: now,
      };
      return 1;
    },
    read: readRow,
  }),
  modelOf(changeQuotas, {
    change(tables, { tenant_id, now, subscription_tier, ...quotas }) {
      const { tenant } = tables;
      if (tenant?.tenant_id !== tenant_id || now === null) return 0;
      tables.tenant = {
        ...tenant,
        subscription_tier: subscription_tier ?? tenant.subscription_tier,
        ...(quotas.sets_monthly && { max_pipelines_per_month: quotas.max_pipelines_per_month }),
        ...(quotas.sets_concurrent && { max_concurrent_pipelines: quotas.max_concurrent_pipelines }),
        ...(quotas.sets_bytes && { max_bytes_billed_per_month: quotas.max_bytes_billed_per_month }),
        updated_at: now,
      };
      return 1;
    },
    read: readRow,
  }),
  modelOf(resetMonth, {
    change(tables, { period, now }) {
      const { tenant } = tables;
      if (tenant === undefined || period === null || now === null) return 0;
      if (!isMonthOver(tenant, new Date(period))) return 0;
      tables.tenant = {
        ...tenant,
        pipeline_runs_this_month: 0,
        bytes_billed_this_month: 0,
        quota_reset_date: period,
        updated_at: now,
      };
      return 1;
    },
  }),
];
