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
import { latest, limitSchema, momentSchema, parseQuery } from '../../../shared/http/parse';
import type { Route } from '../../../shared/http/route';
import type { Clock } from '../../../shared/support/clock';
import { monthOf, monthSchema } from '../calendar-month';
import { pageOfTenants, tenantCursorSchema } from '../tenant-pages';
import { usageCsv } from './usage-csv';
import { byMonthAndPipeline, type UsageReaders, usageOfTenant, usageOfTenants } from './usage-report';

export interface UsageDependencies extends UsageReaders, AdminAuthentication, TenantAuthentication {
  readonly listTenantPage: ListTenantPage;
  readonly clock: Clock;
  /** Of the estimated costs, as ISO 4217 names it. */
  readonly currency: string;
}

/**
 * The period in which the runs were admitted, without `to`, and how the usage is parted. `from` is the beginning of
 * this month unless given.
 */
export const usageQuerySchema = z
  .strictObject({
    from: momentSchema.optional(),
    to: momentSchema.default(latest),
    granularity: z.enum(['day', 'month'], 'expected day or month').default('month'),
    group_by: z.enum(['pipeline', 'status'], 'expected pipeline or status').default('pipeline'),
  })
  .refine(({ from, to }) => from === undefined || from < to, {
    path: ['from'],
    error: 'expected a time before `to`',
  });

export const monthlyUsageSchema = z.strictObject({
  month: monthSchema.optional(),
  limit: limitSchema(50, 200),
  cursor: tenantCursorSchema.optional(),
});

/** What one or all tenants have used. */
export function usageRoutes(deps: UsageDependencies): readonly Route[] {
  const { now, pricePerTib } = deps;
  const price = { bigquery_price_per_tib: pricePerTib };
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
        const shown = { from: period.from.toISOString(), to: to === latest ? null : to.toISOString() };
        return { status: 200, body: { tenant_id: tenantId, ...shown, ...price, ...usage } };
      },
    },
    {
      operation: 'showMonthlyUsage',
      method: 'GET',
      path: '/api/v1/usage',
      handle: async (request) => {
        await requireAdmin(deps, request);
        const asked = parseQuery(monthlyUsageSchema, request.query);
        const { name, from, to } = asked.month ?? monthOf(now(), 0);
        const { tenantIds, nextCursor } = await pageOfTenants(deps.listTenantPage, asked);
        const tenants = await usageOfTenants(tenantIds, { from, to }, deps);
        const headers = nextPageLink(request, nextCursor);
        if (wantsCsv(request)) return csvReply(usageCsv(byMonthAndPipeline, tenants), headers);
        return { status: 200, headers, body: { month: name, ...price, tenants, next_cursor: nextCursor } };
      },
    },
  ];
}
