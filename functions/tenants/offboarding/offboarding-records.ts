import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import type { ControlDataset } from '../../../shared/google/bigquery/tables/control-dataset';
import type { OffboardedTenant, offboardingStates } from '../../../shared/sql/control/find-offboarded-tenant';
import type { TenantRow } from '../../../shared/sql/tenants/tenant-row';
import { retrying } from '../../../shared/support/retry';
import { createFindOffboarded, type FindOffboarded } from '../../../shared/tenants/find-offboarded';
import { tenantPolicy } from '../administer-tenant';

/** What outlives a tenant: the table `offboarded_tenants` of the control dataset, which is only appended to. */
export interface OffboardingRecords {
  readonly find: FindOffboarded;
  readonly append: (record: OffboardingRecord) => Promise<void>;
}

export interface OffboardingRecord extends Omit<OffboardedTenant, 'state' | 'recorded_at'> {
  readonly state: (typeof offboardingStates)[number];
  readonly recorded_at: Date;
  /** Where it is known: what the row said last, and where the dataset was. */
  readonly last?: { readonly row: TenantRow; readonly location: string } | undefined;
}

export function createOffboardingRecords(
  controlDataset: string,
  {
    runStatement,
    append,
  }: { readonly runStatement: RunStatement; readonly append: ControlDataset['append'] },
): OffboardingRecords {
  return {
    find: createFindOffboarded(controlDataset, runStatement, tenantPolicy),
    append: (record) => retrying(tenantPolicy, () => append('offboarded_tenants', recordRow(record))),
  };
}

/** The row as a streaming insert takes it: without names and addresses of persons. A repeat is the same row. */
function recordRow({ last, ...record }: OffboardingRecord) {
  const { tenant_id, onboarding_id, state, recorded_at, offboarding_at, restorable_until } = record;
  const parts = [tenant_id, onboarding_id ?? 'first', offboarding_at.getTime(), state];
  const row = last?.row;
  return {
    insertId: parts.join('-'),
    json: {
      tenant_id,
      onboarding_id,
      state,
      recorded_at: recorded_at.toISOString(),
      offboarding_at: offboarding_at.toISOString(),
      restorable_until: restorable_until.toISOString(),
      company_name: row?.company_name ?? null,
      subscription_tier: row?.subscription_tier ?? null,
      max_pipelines_per_month: row?.max_pipelines_per_month ?? null,
      max_concurrent_pipelines: row?.max_concurrent_pipelines ?? null,
      max_bytes_billed_per_month: row?.max_bytes_billed_per_month ?? null,
      max_queued_pipelines: row?.max_queued_pipelines ?? null,
      pipeline_runs_count: row?.pipeline_runs_count ?? null,
      pipeline_runs_this_month: row?.pipeline_runs_this_month ?? null,
      bytes_billed_this_month: row?.bytes_billed_this_month ?? null,
      last_pipeline_run_at: row?.last_pipeline_run_at?.toISOString() ?? null,
      created_at: row?.created_at.toISOString() ?? null,
      location: last?.location ?? null,
    },
  };
}
