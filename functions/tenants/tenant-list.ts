import { z } from 'zod';
import type { ListTenantPage } from '../../shared/google/bigquery/tables/list-tenants';
import type { ReadTenantSummary, TenantSummary } from '../../shared/google/bigquery/tables/read-tenant-state';
import { type AdminAuthentication, requireAdmin } from '../../shared/http/authorize';
import { nextPageLink } from '../../shared/http/headers/next-page';
import { limitSchema, parseQuery } from '../../shared/http/parse';
import type { Route } from '../../shared/http/route';
import { bytesThisMonth, usedThisMonth } from '../../shared/runs/rules/admission-rules';
import { readAllTenants } from './read-all-tenants';
import { pageOfTenants, tenantCursorSchema } from './tenant-pages';

export interface TenantListDependencies extends AdminAuthentication {
  readonly listTenantPage: ListTenantPage;
  readonly readTenantSummary: ReadTenantSummary;
  readonly now: () => Date;
}

/** Near its quota is a tenant that has used this share of it or more. */
const nearQuota = 0.8;
/** Rows that are read at once, by calls that are free of charge. */
const readAtOnce = 32;

const yesOrNo = z.enum(['true', 'false'], 'expected true or false').transform((given) => given === 'true');

/** The query of `GET /api/v1/tenants`. */
export const tenantListSchema = z.strictObject({
  tier: z.string().min(1, 'expected the name of a tier').optional(),
  active: yesOrNo.optional(),
  near_quota: yesOrNo.optional(),
  limit: limitSchema(100, 200),
  cursor: tenantCursorSchema.optional(),
});

type Filter = Pick<z.infer<typeof tenantListSchema>, 'tier' | 'active' | 'near_quota'>;

/**
 * The list of tenants. A page is one call for their ids and one for each tenant's row, all of them free of
 * charge. Those that do not match are left out of it, so it may have fewer than `limit`.
 */
export function tenantListRoutes(deps: TenantListDependencies): readonly Route[] {
  return [
    {
      operation: 'listTenants',
      method: 'GET',
      path: '/api/v1/tenants',
      handle: async (request) => {
        await requireAdmin(deps, request);
        const asked = parseQuery(tenantListSchema, request.query);
        const { tenantIds, nextCursor } = await pageOfTenants(deps.listTenantPage, asked);
        const read = await readAllTenants(tenantIds, deps.readTenantSummary, readAtOnce);
        const now = deps.now();
        const tenants = read.flatMap(({ tenantId, result }) =>
          // Without its row a tenant is not there yet.
          result === undefined ? [] : [{ tenant_id: tenantId, ...shownSummary(result, now) }],
        );
        const body = {
          tenants: tenants.filter((tenant) => isWanted(tenant, asked)),
          next_cursor: nextCursor,
        };
        return { status: 200, headers: nextPageLink(request, nextCursor), body };
      },
    },
  ];
}

function shownSummary({ quota_reset_date, ...summary }: TenantSummary, now: Date) {
  return {
    ...summary,
    pipeline_runs_this_month: usedThisMonth({ quota_reset_date, ...summary }, now),
    bytes_billed_this_month: bytesThisMonth({ quota_reset_date, ...summary }, now),
    last_pipeline_run_at: summary.last_pipeline_run_at?.toISOString() ?? null,
    created_at: summary.created_at.toISOString(),
  };
}

type ShownSummary = ReturnType<typeof shownSummary>;

function isWanted(tenant: ShownSummary, { tier, active, near_quota }: Filter): boolean {
  return (
    (tier === undefined || tenant.subscription_tier === tier) &&
    (active === undefined || tenant.is_active === active) &&
    (near_quota === undefined || isNearQuota(tenant) === near_quota)
  );
}

const isNearQuota = ({ max_pipelines_per_month: quota, pipeline_runs_this_month: used }: ShownSummary) =>
  quota !== null && used >= quota * nearQuota;
