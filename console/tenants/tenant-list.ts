import type { CallRequest, TenantList } from '../../client';
import type { Sorting } from '../ui/table';

export type ListedTenant = TenantList['tenants'][number];
type TenantQuery = NonNullable<CallRequest<'listTenants'>['query']>;

const sorts = ['name', 'created', 'last_run', 'used', 'share'] as const;

type Query = Readonly<Record<string, string>>;

/** In which order the address asks for the list; undefined: as it comes, by id. */
export function sortingOf({ sort, order }: Query): Sorting | undefined {
  const by = sorts.find((known) => known === sort);
  return by === undefined ? undefined : { by, isDescending: order === 'desc' };
}

/** What is asked for, by what the address says. What it says wrongly counts as not said. */
export function tenantQueryOf(query: Query): TenantQuery {
  const sort = sorts.find((known) => known === query.sort);
  return {
    ...(sort !== undefined && { sort, order: query.order === 'desc' ? ('desc' as const) : ('asc' as const) }),
    ...(query.tier !== undefined && { tier: query.tier }),
    ...(query.state === 'active' && { active: true }),
    ...(query.state === 'suspended' && { active: false }),
    ...(query.quota === 'near' && { near_quota: true }),
  };
}

/** Those whose id or name has the text, whatever the case. */
export function tenantsWith(tenants: readonly ListedTenant[], text: string): readonly ListedTenant[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return tenants;
  return tenants.filter(({ tenant_id, company_name }) =>
    [tenant_id, company_name].some((name) => name.toLowerCase().includes(wanted)),
  );
}

/** Whether the address narrows the list in any way. */
export const isNarrowed = ({ tier, state, quota, search }: Query): boolean =>
  [tier, state, quota, search].some((given) => given !== undefined);
