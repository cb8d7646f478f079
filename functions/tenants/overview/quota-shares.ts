import type { TenantToAdmit } from '../../../shared/google/bigquery/tables/read-admission-state';

/** A quota of a tenant, and how much of it is used. */
export interface QuotaShare {
  readonly tenant_id: string;
  readonly company_name: string;
  readonly subscription_tier: string | null;
  /** Runs this month, slots held now (a run can take several), or bytes billed this month. */
  readonly quota: 'monthly' | 'concurrent' | 'bytes';
  readonly used: number;
  readonly limit: number;
  /** 1 is all of it; past it where the quota was lowered, or bytes were billed beyond it. To a thousandth. */
  readonly share: number;
}

export interface ReadTenant {
  readonly tenantId: string;
  readonly tenant: TenantToAdmit;
}

/** How many are told. */
export const mostNearQuota = 10;

/** Pure. The quotas of active tenants of which most is used, the fullest first; those of which nothing is are left out. */
export function fullestQuotas(tenants: readonly ReadTenant[]): readonly QuotaShare[] {
  const shares = tenants.filter(({ tenant }) => tenant.is_active).flatMap(sharesOf);
  return shares
    .filter(({ used }) => used > 0)
    .sort((one, other) => other.share - one.share || (one.tenant_id < other.tenant_id ? -1 : 1))
    .slice(0, mostNearQuota);
}

function sharesOf({ tenantId, tenant }: ReadTenant): readonly QuotaShare[] {
  const { company_name, subscription_tier } = tenant;
  const who = { tenant_id: tenantId, company_name: company_name ?? tenantId, subscription_tier };
  const of = (quota: QuotaShare['quota'], used: number, limit: number | null) =>
    limit === null ? [] : [{ ...who, quota, used, limit, share: shareOf(used, limit) }];
  return [
    ...of('monthly', tenant.used_this_month, tenant.max_pipelines_per_month),
    ...of('concurrent', tenant.running, tenant.max_concurrent_pipelines),
    ...of('bytes', tenant.bytes_this_month, tenant.max_bytes_billed_per_month),
  ];
}

/** A quota of 0 is used up. */
const shareOf = (used: number, limit: number): number =>
  limit === 0 ? 1 : Math.round((used * 1000) / limit) / 1000;
