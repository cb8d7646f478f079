import { isQueued } from '../../../../../shared/runs/rules/ledger-row';
import { activateTenant } from '../../../../../shared/sql/tenants/activate-tenant';
import { beginOffboarding } from '../../../../../shared/sql/tenants/begin-offboarding';
import { changeQuotas } from '../../../../../shared/sql/tenants/change-quotas';
import { insertTenant } from '../../../../../shared/sql/tenants/insert-tenant';
import { readTenant } from '../../../../../shared/sql/tenants/read-tenant';
import { resetMonth } from '../../../../../shared/sql/tenants/reset-month';
import { restoreTenant } from '../../../../../shared/sql/tenants/restore-tenant';
import { suspendTenant } from '../../../../../shared/sql/tenants/suspend-tenant';
import { cellOf, dateCellOf, modelOf } from '../statement-model';
import { dateOf, isMonthOver, slotsHeld, type Tables, type TenantRecord } from '../tables';
import { runsQueued, slotCells } from './queue';
import { compare } from './recorded';

/** The row as it is read: with the counters as they are at `now`. */
function readRow({ tenant }: Tables, { tenant_id, now }: { tenant_id: string | null; now: Date | null }) {
  if (tenant?.tenant_id !== tenant_id || now === null) return [];
  return [
    {
      ...tenant,
      pipeline_runs_this_month: isMonthOver(tenant, now) ? 0 : tenant.pipeline_runs_this_month,
      bytes_billed_this_month: isMonthOver(tenant, now) ? 0 : tenant.bytes_billed_this_month,
      current_running_pipelines: slotsHeld(tenant.active_runs, now),
      last_pipeline_run_at: cellOf(tenant.last_pipeline_run_at),
      quota_reset_date: dateCellOf(tenant.quota_reset_date),
      created_at: cellOf(tenant.created_at),
      updated_at: cellOf(tenant.updated_at),
      suspended_at: cellOf(tenant.suspended_at),
      offboarding_at: cellOf(tenant.offboarding_at),
      version: tenant.version ?? 0,
      active_runs_count: tenant.active_runs.length,
      max_queued_pipelines: tenant.max_queued_pipelines ?? 0,
      queued_runs_count: runsQueued(tenant.active_runs),
      active_runs: tenant.active_runs
        .toSorted(
          (one, other) =>
            compare(isQueued(one), isQueued(other)) || compare(one.admitted_at, other.admitted_at),
        )
        .slice(0, 100)
        .map(slotCells),
    },
  ];
}

type QuotaColumn =
  | 'max_pipelines_per_month'
  | 'max_concurrent_pipelines'
  | 'max_bytes_billed_per_month'
  | 'max_queued_pipelines';

interface ChangeGiven {
  readonly tenant_id: string | null;
  readonly now: Date | null;
  readonly change_id: string | null;
}

/** What NULL means, as a number. */
const ofNull = (column: QuotaColumn): number => (column === 'max_queued_pipelines' ? 0 : -1);

/** What every change of an administrator writes; undefined where it is made already, or of another tenant. */
function noteChange(
  tenant: TenantRecord,
  { tenant_id, now, change_id }: ChangeGiven,
): Pick<TenantRecord, 'version' | 'recent_changes' | 'updated_at'> | undefined {
  const { version, recent_changes } = tenant;
  if (tenant.tenant_id !== tenant_id || now === null || change_id === null) return undefined;
  if (recent_changes.some((known) => known.change_id === change_id)) return undefined;
  const change = {
    change_id,
    changed_at: now,
    subscription_tier: tenant.subscription_tier,
    max_pipelines_per_month: tenant.max_pipelines_per_month,
    max_concurrent_pipelines: tenant.max_concurrent_pipelines,
    max_bytes_billed_per_month: tenant.max_bytes_billed_per_month,
    max_queued_pipelines: tenant.max_queued_pipelines,
  };
  return {
    version: (version ?? 0) + 1,
    recent_changes: [...recent_changes.slice(-9), change],
    updated_at: now,
  };
}

const quotaCells = ({
  subscription_tier,
  max_pipelines_per_month,
  max_concurrent_pipelines,
  max_bytes_billed_per_month,
  max_queued_pipelines,
}: Pick<TenantRecord, QuotaColumn | 'subscription_tier'>) => ({
  subscription_tier,
  max_pipelines_per_month,
  max_concurrent_pipelines,
  max_bytes_billed_per_month,
  max_queued_pipelines: max_queued_pipelines ?? 0,
});

/** The row, what it was before the change, and what the change has made of it. */
function readChangedRow(tables: Tables, given: ChangeGiven) {
  const changes = tables.tenant?.recent_changes ?? [];
  const at = changes.findIndex(({ change_id }) => change_id === given.change_id);
  const [before, made] = [changes[at], changes[at + 1] ?? tables.tenant];
  return readRow(tables, given).map(({ recent_changes: _, ...row }) => ({
    ...row,
    before: before === undefined ? [] : [quotaCells(before)],
    made: before === undefined || made === undefined ? [] : [quotaCells(made)],
  }));
}

export const tenantModels = [
  modelOf(insertTenant, {
    change(tables, { now, tenant_id, alert_at_percent, ...given }) {
      if (tables.tenant !== undefined || now === null || tenant_id === null) return 0;
      tables.tenant = {
        tenant_id,
        ...given,
        alert_at_percent: (alert_at_percent ?? '').split(',').map(Number),
        quota_alerts: [],
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
        suspension_public_reason: null,
        offboarding_at: null,
        version: null,
        recent_changes: [],
        active_runs: [],
        settled_runs: [],
        confirmed_until: null,
        revoked_keys: [],
        withdrawn_runs: [],
        mean_run_ms: null,
      };
      return 1;
    },
  }),
  modelOf(readTenant, { read: readRow }),
  modelOf(suspendTenant, {
    change(tables, { reason, public_reason, ...given }) {
      const { tenant } = tables;
      const noted = tenant && noteChange(tenant, given);
      if (tenant === undefined || noted === undefined) return 0;
      tables.tenant = {
        ...tenant,
        is_active: false,
        suspended_at: tenant.is_active ? given.now : tenant.suspended_at,
        suspension_reason: reason,
        suspension_public_reason: public_reason,
        ...noted,
      };
      return 1;
    },
    read: readChangedRow,
  }),
  modelOf(activateTenant, {
    change(tables, given) {
      const { tenant } = tables;
      const noted = tenant && noteChange(tenant, given);
      if (tenant === undefined || noted === undefined) return 0;
      if (tenant.is_active || tenant.offboarding_at !== null) return 0;
      tables.tenant = {
        ...tenant,
        is_active: true,
        suspended_at: null,
        suspension_reason: null,
        suspension_public_reason: null,
        ...noted,
      };
      return 1;
    },
    read: readChangedRow,
  }),
  modelOf(beginOffboarding, {
    change(tables, { tenant_id, now, is_forced }) {
      const { tenant } = tables;
      if (tenant?.tenant_id !== tenant_id || now === null || tenant.offboarding_at !== null) return 0;
      if (is_forced !== true && tenant.active_runs.length > 0) return 0;
      tables.tenant = {
        ...tenant,
        ...(tenant.is_active && { suspended_at: now, suspension_reason: 'Offboarding' }),
        is_active: false,
        offboarding_at: now,
        version: (tenant.version ?? 0) + 1,
        updated_at: now,
      };
      return 1;
    },
    read: readRow,
  }),
  modelOf(restoreTenant, {
    change(tables, { tenant_id, now, onboarding_id }) {
      const { tenant } = tables;
      if (tenant?.tenant_id !== tenant_id || now === null || tenant.offboarding_at === null) return 0;
      if ((tenant.onboarding_id ?? '') !== onboarding_id) return 0;
      const version = (tenant.version ?? 0) + 1;
      tables.tenant = { ...tenant, offboarding_at: null, version, updated_at: now };
      return 1;
    },
    read: readRow,
  }),
  modelOf(changeQuotas, {
    change(tables, { subscription_tier, ...given }) {
      const { tenant } = tables;
      const noted = tenant && noteChange(tenant, given);
      if (tenant === undefined || noted === undefined) return 0;
      const version = `${tenant.onboarding_id ?? ''}-${tenant.version ?? 0}`;
      if (!given.takes_any_version && !given.versions.includes(version)) return 0;
      const tier = given.tiers.find(({ name }) => name === tenant.subscription_tier);
      const isKept = (keeps: boolean | null, column: QuotaColumn) =>
        keeps === true &&
        (tier === undefined || (tier[column] ?? ofNull(column)) !== (tenant[column] ?? ofNull(column)));
      const sets = (isGiven: boolean | null, keeps: boolean | null, column: QuotaColumn) =>
        isGiven === true && !isKept(keeps, column) && { [column]: given[column] };
      tables.tenant = {
        ...tenant,
        subscription_tier: subscription_tier ?? tenant.subscription_tier,
        ...sets(given.sets_monthly, given.keeps_monthly, 'max_pipelines_per_month'),
        ...sets(given.sets_concurrent, given.keeps_concurrent, 'max_concurrent_pipelines'),
        ...sets(given.sets_bytes, given.keeps_bytes, 'max_bytes_billed_per_month'),
        ...sets(given.sets_queued, given.keeps_queued, 'max_queued_pipelines'),
        ...(given.sets_alerts === true && { alert_at_percent: given.alert_at_percent.map(Number) }),
        ...noted,
      };
      return 1;
    },
    read: readChangedRow,
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
