import { z } from 'zod';
import type { TenantSummary } from '../../shared/google/bigquery/tables/read-tenant-state';
import { tenantIdSchema } from '../../shared/tenants/rules/tenant-id';

/** By what a list of tenants can be put in order. */
export const tenantSorts = ['name', 'created', 'last_run', 'used', 'share'] as const;
export const tenantOrders = ['asc', 'desc'] as const;

export interface TenantOrder {
  readonly sort: (typeof tenantSorts)[number];
  readonly order: (typeof tenantOrders)[number];
}

/** What a tenant is ordered by: counters as they are now, not as they were stored. */
export type OrderedTenant = Pick<TenantSummary, 'company_name' | 'max_pipelines_per_month'> & {
  readonly tenant_id: string;
  readonly pipeline_runs_this_month: number;
  readonly last_pipeline_run_at: string | null;
  readonly created_at: string;
};

/** Where a page ended: the order, and the last tenant's value and id. */
export const tenantPlaceSchema = z.tuple([
  z.enum(tenantSorts),
  z.enum(tenantOrders),
  z.union([z.string().max(300), z.number()]),
  tenantIdSchema,
]);
export type TenantPlace = z.infer<typeof tenantPlaceSchema>;

/**
 * Of a quota of 0 all is used. Without a quota nothing is. Whoever never ran anything did so before all others.
 */
const orderedBy: Readonly<Record<TenantOrder['sort'], (tenant: OrderedTenant) => string | number>> = {
  name: ({ company_name }) => company_name.toLowerCase(),
  created: ({ created_at }) => created_at,
  last_run: ({ last_pipeline_run_at }) => last_pipeline_run_at ?? '',
  used: ({ pipeline_runs_this_month }) => pipeline_runs_this_month,
  share: ({ max_pipelines_per_month: quota, pipeline_runs_this_month: used }) =>
    quota === null ? 0 : quota === 0 ? 1 : used / quota,
};

/**
 * A page of these tenants in their order, and where it ended; null on the last page. Those with equal values are
 * ordered by their ids, so that none comes twice or is left out while values stay as they are. One whose value
 * changes between two pages may be.
 */
export function orderedPage<Tenant extends OrderedTenant>(
  tenants: readonly Tenant[],
  { sort, order }: TenantOrder,
  limit: number,
  place: TenantPlace | undefined,
): { readonly page: readonly Tenant[]; readonly place: TenantPlace | null } {
  const sign = order === 'asc' ? 1 : -1;
  const compare = (one: readonly [string | number, string], other: readonly [string | number, string]) =>
    sign * (compareValues(one[0], other[0]) || compareValues(one[1], other[1]));
  const placed = tenants.map((tenant) => ({
    tenant,
    at: [orderedBy[sort](tenant), tenant.tenant_id] as const,
  }));
  const following = placed
    .filter(({ at }) => place === undefined || compare(at, [place[2], place[3]]) > 0)
    .toSorted((one, other) => compare(one.at, other.at));
  const page = following.slice(0, limit);
  const last = page.at(-1);
  return {
    page: page.map(({ tenant }) => tenant),
    place: following.length > limit && last !== undefined ? [sort, order, ...last.at] : null,
  };
}

const compareValues = (one: string | number, other: string | number): number =>
  one === other ? 0 : one < other ? -1 : 1;
