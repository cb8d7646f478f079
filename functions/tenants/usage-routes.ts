import { z } from 'zod';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import type { ListTenantPage } from '../../shared/google/bigquery/tables/list-tenants';
import { parseRequest } from '../../shared/http/parse';
import {
  cursorSchema,
  encodeCursor,
  latest,
  limitSchema,
  momentSchema,
  queryValues,
} from '../../shared/http/query';
import { requireAdmin } from '../../shared/http/require-admin';
import type { Route } from '../../shared/http/route';
import { monthOf, monthSchema } from './month';
import { usageOfTenant, usageOfTenants } from './usage';
import { requireAdminOrOwn, tenantIn, type WhoDependencies } from './who';

export interface UsageDependencies extends WhoDependencies {
  readonly listTenantPage: ListTenantPage;
  readonly runStatement: RunStatement;
  readonly now: () => Date;
}

/** BigQuery's page token: which tenants come next. */
const tenantCursor = cursorSchema(z.tuple([z.string().min(1).max(2000)]));

const tenantListSchema = z.strictObject({ limit: limitSchema(100, 1000), cursor: tenantCursor.optional() });

/** A half-open period of admissions. From the beginning of this month on, unless asked for. */
const periodSchema = z
  .strictObject({ from: momentSchema.optional(), to: momentSchema.default(latest) })
  .refine(({ from, to }) => from === undefined || from < to, {
    path: ['from'],
    error: 'expected a time before `to`',
  });

const monthlyUsageSchema = z.strictObject({
  month: monthSchema.optional(),
  limit: limitSchema(50, 200),
  cursor: tenantCursor.optional(),
});

/** Who there is, and what they have used. */
export function usageRoutes(deps: UsageDependencies): readonly Route[] {
  const { listTenantPage, runStatement, now } = deps;
  const pageOf = async (limit: number, cursor: readonly [string] | undefined) => {
    const page = await listTenantPage({ pageToken: cursor?.[0], maxResults: limit });
    const { tenantIds, nextPageToken } = page;
    return { tenantIds, nextCursor: nextPageToken === undefined ? null : encodeCursor([nextPageToken]) };
  };
  return [
    {
      method: 'GET',
      path: '/api/v1/tenants',
      handle: async (request) => {
        requireAdmin(deps.adminRule, request);
        const { limit, cursor } = parseRequest(tenantListSchema, queryValues(request.query), 'query');
        const { tenantIds, nextCursor } = await pageOf(limit, cursor);
        const tenants = tenantIds.map((tenant_id) => ({ tenant_id }));
        return { status: 200, body: { tenants, next_cursor: nextCursor } };
      },
    },
    {
      method: 'GET',
      path: '/api/v1/tenants/{tenant}/usage',
      handle: async (request) => {
        const tenantId = tenantIn(request);
        await requireAdminOrOwn(deps, request, tenantId);
        const { from, to } = parseRequest(periodSchema, queryValues(request.query), 'query');
        const period = { from: from ?? monthOf(now(), 0).from, to };
        const usage = await usageOfTenant(tenantId, period, runStatement);
        const shown = { from: period.from.toISOString(), to: to === latest ? null : to.toISOString() };
        return { status: 200, body: { tenant_id: tenantId, ...shown, ...usage } };
      },
    },
    {
      method: 'GET',
      path: '/api/v1/usage',
      handle: async (request) => {
        requireAdmin(deps.adminRule, request);
        const asked = parseRequest(monthlyUsageSchema, queryValues(request.query), 'query');
        const { name, from, to } = asked.month ?? monthOf(now(), 0);
        const { tenantIds, nextCursor } = await pageOf(asked.limit, asked.cursor);
        const tenants = await usageOfTenants(tenantIds, { from, to }, runStatement);
        return { status: 200, body: { month: name, tenants, next_cursor: nextCursor } };
      },
    },
  ];
}
