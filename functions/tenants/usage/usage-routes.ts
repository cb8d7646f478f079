import { z } from 'zod';
import type { ListTenantPage } from '../../../shared/google/bigquery/tables/list-tenants';
import {
  type AdminAuthentication,
  requireAdmin,
  requireAdminOrTenant,
  type TenantAuthentication,
  tenantInPath,
} from '../../../shared/http/authorize';
import { csvReply, wantsCsv } from '../../../shared/http/csv';
import { nextPageLink } from '../../../shared/http/headers/next-page';
import { invalidFields } from '../../../shared/http/list-problems';
import {
  cursorSchema,
  encodeCursor,
  latest,
  limitSchema,
  momentSchema,
  parseQuery,
} from '../../../shared/http/parse';
import type { Route } from '../../../shared/http/route';
import { isInOrder, notInOrder } from '../../../shared/runs/run-pages';
import type { Clock } from '../../../shared/support/clock';
import { tenantIdSchema } from '../../../shared/tenants/rules/tenant-id';
import { monthOf, monthSchema } from '../calendar-month';
import { usageCsv } from './usage-csv';
import {
  type AllUsageReaders,
  type Period,
  type UsageReaders,
  usageOfAllTenants,
  usageOfTenant,
} from './usage-report';

export interface UsageDependencies
  extends UsageReaders,
    AllUsageReaders,
    AdminAuthentication,
    TenantAuthentication {
  readonly listTenantPage: ListTenantPage;
  readonly clock: Clock;
  /** Of the estimated costs, as ISO 4217 names it. */
  readonly currency: string;
}

/** How usage is parted. */
const partsFields = {
  granularity: z.enum(['day', 'month'], 'expected day or month').default('month'),
  group_by: z.enum(['pipeline', 'status'], 'expected pipeline or status').default('pipeline'),
};

/** The period in which the runs were admitted, without `to`. `from` is the beginning of this month unless given. */
export const usageQuerySchema = z
  .strictObject({ from: momentSchema.optional(), to: momentSchema.default(latest), ...partsFields })
  .refine(isInOrder, notInOrder);

/** The same of all tenants; `month` in place of `from` and `to`. The cursor is the last tenant's id. */
export const allUsageQuerySchema = z
  .strictObject({
    month: monthSchema.optional(),
    from: momentSchema.optional(),
    to: momentSchema.default(latest),
    ...partsFields,
    limit: limitSchema(50, 200),
    cursor: cursorSchema(z.tuple([tenantIdSchema])).optional(),
  })
  .refine(isInOrder, notInOrder)
  .refine(({ month, from, to }) => month === undefined || (from === undefined && to === latest), {
    path: ['month'],
    error: 'expected a month, or `from` and `to`, and not both',
  });

/** What one or all tenants have used. */
export function usageRoutes(deps: UsageDependencies): readonly Route[] {
  const { now, pricePerTib, currency } = deps;
  const price = { bigquery_price_per_tib: pricePerTib, currency };
  return [
    {
      operation: 'showUsage',
      method: 'GET',
      path: '/api/v1/tenants/{tenant}/usage',
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await requireAdminOrTenant(deps, request, tenantId);
        const { from, to, ...parts } = parseQuery(usageQuerySchema, request.query);
        const period = { from: from ?? monthOf(now(), 0).from, to };
        const usage = await usageOfTenant(tenantId, period, parts, deps);
        if (wantsCsv(request)) return csvReply(usageCsv(parts, [{ tenant_id: tenantId, ...usage }]));
        const shown = shownPeriod(period);
        return { status: 200, body: { tenant_id: tenantId, ...shown, ...price, ...usage } };
      },
    },
    {
      operation: 'showAllUsage',
      method: 'GET',
      path: '/api/v1/usage',
      handle: async (request) => {
        await requireAdmin(deps, request);
        const { month, from, to, limit, cursor, ...parts } = parseQuery(allUsageQuerySchema, request.query);
        const isByMonth = from === undefined && to === latest;
        const asked = month ?? monthOf(now(), 0);
        const period = isByMonth ? asked : { from: from ?? asked.from, to };
        if (parts.granularity === 'day') expectFewDays(period, now());
        const page = { limit, after: cursor?.[0] };
        const { tenants, next } = await usageOfAllTenants(period, parts, page, deps);
        const nextCursor = next === undefined ? null : encodeCursor([next]);
        const headers = nextPageLink(request, nextCursor);
        if (wantsCsv(request)) return csvReply(usageCsv(parts, tenants), headers);
        const shown = { month: isByMonth ? asked.name : null, ...shownPeriod(period) };
        return { status: 200, headers, body: { ...shown, ...price, tenants, next_cursor: nextCursor } };
      },
    },
  ];
}

/** A page has all parts of up to 200 tenants: over all of them, so many days are parted by day. */
const mostDays = 92;

function expectFewDays({ from, to }: Period, now: Date): void {
  const end = to === latest ? now : to;
  if (end.getTime() - from.getTime() <= mostDays * 86_400_000) return;
  const message = `expected a time at most ${mostDays} days before \`to\`, or before now without it: all tenants’ usage is told by day for no longer period at once`;
  throw invalidFields([{ field: 'from', message }]);
}

const shownPeriod = ({ from, to }: Period) => ({
  from: from.toISOString(),
  to: to === latest ? null : to.toISOString(),
});
