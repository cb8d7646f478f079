import { z } from 'zod';
import type { ListTenantPage } from '../../shared/google/bigquery/tables/list-tenants';
import type { ReadTenantSummary, TenantSummary } from '../../shared/google/bigquery/tables/read-tenant-state';
import { type AdminAuthentication, requireAdmin } from '../../shared/http/authorize';
import { nextPageLink } from '../../shared/http/headers/next-page';
import { invalidFields } from '../../shared/http/list-problems';
import { cursorSchema, encodeCursor, limitSchema, parseQuery } from '../../shared/http/parse';
import type { Route } from '../../shared/http/route';
import { bytesThisMonth, usedThisMonth } from '../../shared/runs/rules/admission-rules';
import { readAllTenants } from './read-all-tenants';
import {
  orderedPage,
  type TenantOrder,
  type TenantPlace,
  tenantOrders,
  tenantPlaceSchema,
  tenantSorts,
} from './tenant-order';
import { pageOfTenants, pageTokenSchema } from './tenant-pages';

export interface TenantListDependencies extends AdminAuthentication {
  readonly listTenantPage: ListTenantPage;
  readonly readTenantSummary: ReadTenantSummary;
  readonly now: () => Date;
}

/** Near its quota is a tenant that has used this share of it or more. */
const nearQuota = 0.8;
/** Rows that are read at once, by calls that are free of charge. */
const readAtOnce = 32;
/**
 * To be put in order, all rows have to be read. BigQuery takes 100 such calls a second of a caller
 * (https://cloud.google.com/bigquery/quotas#api_request_quotas): so these are 5 s, a third of the usual time for
 * an answer.
 */
export const mostSortedTenants = 500;

const yesOrNo = z.enum(['true', 'false'], 'expected true or false').transform((given) => given === 'true');

/** The query of `GET /api/v1/tenants`. */
export const tenantListSchema = z.strictObject({
  sort: z.enum(tenantSorts, `expected one of ${tenantSorts.join(', ')}`).optional(),
  order: z.enum(tenantOrders, 'expected asc or desc').optional(),
  tier: z.string().min(1, 'expected the name of a tier').optional(),
  active: yesOrNo.optional(),
  near_quota: yesOrNo.optional(),
  limit: limitSchema(100, 200),
  cursor: cursorSchema(z.union([pageTokenSchema, tenantPlaceSchema])).optional(),
});

type Asked = z.infer<typeof tenantListSchema>;
type Filter = Pick<Asked, 'tier' | 'active' | 'near_quota'>;

/**
 * The list of tenants. A page is one call for their ids and one for each tenant's row, all of them free of
 * charge. Those that do not match are left out of it, so it may have fewer than `limit`. A sorted list reads the
 * rows of all tenants for each of its pages, which are full but for the last.
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
        const { sort, order = 'asc' } = asked;
        if (sort === undefined && asked.order !== undefined)
          throw invalidFields([{ field: 'order', message: 'expected a sort beside it' }]);
        const { tenants, nextCursor } = await (sort === undefined
          ? readPage(asked, deps)
          : readSorted(asked, { sort, order }, deps));
        const body = { tenants, next_cursor: nextCursor };
        return { status: 200, headers: nextPageLink(request, nextCursor), body };
      },
    },
  ];
}

/** A page as BigQuery lists the datasets. */
async function readPage(asked: Asked, deps: TenantListDependencies) {
  const { limit, cursor } = asked;
  if (cursor !== undefined && cursor.length !== 1) throw otherCursor();
  const { tenantIds, nextCursor } = await pageOfTenants(deps.listTenantPage, { limit, cursor });
  return { tenants: await readMatching(tenantIds, asked, deps), nextCursor };
}

async function readSorted(asked: Asked, order: TenantOrder, deps: TenantListDependencies) {
  const after = placeOf(asked.cursor, order);
  const tenantIds = await allTenantIds(deps.listTenantPage);
  const matching = await readMatching(tenantIds, asked, deps);
  const { page, place } = orderedPage(matching, order, asked.limit, after);
  return { tenants: page, nextCursor: place === null ? null : encodeCursor(place) };
}

/** Throws `invalid_request` where they are too many. A page may have fewer than asked for, and others behind it. */
async function allTenantIds(listTenantPage: ListTenantPage): Promise<readonly string[]> {
  const all: string[] = [];
  let pageToken: string | undefined;
  do {
    const page = await listTenantPage({ pageToken, maxResults: mostSortedTenants + 1 });
    all.push(...page.tenantIds);
    if (all.length > mostSortedTenants) {
      const message = `expected none: there are more than ${mostSortedTenants} tenants, which are listed without an order only`;
      throw invalidFields([{ field: 'sort', message }]);
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return all;
}

/** The cursor of a list in another order means nothing in this one. */
function placeOf(cursor: Asked['cursor'], { sort, order }: TenantOrder): TenantPlace | undefined {
  if (cursor === undefined) return undefined;
  if (cursor.length === 1 || cursor[0] !== sort || cursor[1] !== order) throw otherCursor();
  return cursor;
}

const otherCursor = () =>
  invalidFields([
    {
      field: 'cursor',
      message: 'expected the next_cursor of an earlier answer with the same sort and order',
    },
  ]);

async function readMatching(tenantIds: readonly string[], asked: Filter, deps: TenantListDependencies) {
  const read = await readAllTenants(tenantIds, deps.readTenantSummary, readAtOnce);
  const now = deps.now();
  const tenants = read.flatMap(({ tenantId, result }) =>
    // Without its row a tenant is not there yet.
    result === undefined ? [] : [{ tenant_id: tenantId, ...shownSummary(result, now) }],
  );
  return tenants.filter((tenant) => isWanted(tenant, asked));
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
