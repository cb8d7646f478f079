import { z } from 'zod';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import type { ListTenantPage } from '../../shared/google/bigquery/tables/list-tenants';
import { requireAdmin, requireAdminOrTenant, tenantInPath } from '../../shared/http/authorize';
import { nextPageLink } from '../../shared/http/headers/next-page';
import { latest, limitSchema, momentSchema, parseQuery } from '../../shared/http/parse';
import type { Route } from '../../shared/http/route';
import type { Clock } from '../../shared/support/clock';
import type { AuthenticateTenant } from '../../shared/tenants/authenticate-tenant';
import type { AdminRule } from '../../shared/tenants/rules/admin-rule';
import { monthOf, monthSchema } from './calendar-month';
import { pageOfTenants, tenantCursorSchema } from './tenant-pages';
import { usageOfTenant, usageOfTenants } from './usage-report';

export interface UsageDependencies {
  readonly adminRule: AdminRule;
  readonly authenticateTenant: AuthenticateTenant;
  readonly listTenantPage: ListTenantPage;
  readonly runStatement: RunStatement;
  readonly now: () => Date;
  readonly clock: Clock;
}

/**
 * The period in which the runs were admitted, without `to`. `from` is the beginning of this month unless
 * given.
 */
export const periodSchema = z
  .strictObject({ from: momentSchema.optional(), to: momentSchema.default(latest) })
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
  const { runStatement, now } = deps;
  return [
    {
      operation: 'showUsage',
      method: 'GET',
      path: '/api/v1/tenants/{tenant}/usage',
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await requireAdminOrTenant(deps, request, tenantId);
        const { from, to } = parseQuery(periodSchema, request.query);
        const period = { from: from ?? monthOf(now(), 0).from, to };
        const usage = await usageOfTenant(tenantId, period, runStatement);
        const shown = { from: period.from.toISOString(), to: to === latest ? null : to.toISOString() };
        return { status: 200, body: { tenant_id: tenantId, ...shown, ...usage } };
      },
    },
    {
      operation: 'showMonthlyUsage',
      method: 'GET',
      path: '/api/v1/usage',
      handle: async (request) => {
        requireAdmin(deps.adminRule, request);
        const asked = parseQuery(monthlyUsageSchema, request.query);
        const { name, from, to } = asked.month ?? monthOf(now(), 0);
        const { tenantIds, nextCursor } = await pageOfTenants(deps.listTenantPage, asked);
        const tenants = await usageOfTenants(tenantIds, { from, to }, runStatement);
        const headers = nextPageLink(request, nextCursor);
        return { status: 200, headers, body: { month: name, tenants, next_cursor: nextCursor } };
      },
    },
  ];
}
