import { z } from 'zod';
import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import type { ReadTenantLife } from '../../../shared/google/bigquery/tables/read-tenant-state';
import {
  requireAdmin,
  requireAdminOrTenant,
  type TenantAuthentication,
  tenantInPath,
} from '../../../shared/http/authorize';
import { expectNoQuery, limitSchema, parseQuery } from '../../../shared/http/parse';
import type { Route } from '../../../shared/http/route';
import { activityStepSeconds, readActivity } from '../../../shared/sql/usage/read-activity';
import { orTenantNotFound, tenantNotFound } from '../../../shared/tenants/tenant-not-found';
import { activityPoints, stepsOf } from './activity';
import type { createReadOverview } from './read-overview';
import { type RunsInFlightDependencies, runsInFlightRoutes } from './runs-in-flight-routes';

export interface OverviewRoutesDependencies extends RunsInFlightDependencies, TenantAuthentication {
  readonly readOverview: ReturnType<typeof createReadOverview>;
  readonly runStatement: RunStatement;
  readonly readTenantLife: ReadTenantLife;
  readonly now: () => Date;
}

/** The query of `GET /api/v1/tenants/{tenant}/activity`: how many hours before now, a week at most. */
export const activityQuerySchema = z.strictObject({ hours: limitSchema(24, 168) });

/**
 * A run is over, or has left the queue and its lease has ended, so long after its admission: of its time in the queue
 * (7 days at most), and of its timeout (24 hours at most) and its deliveries.
 */
const longestRunMs = 9 * 86_400_000;

/** What operators see first, and how busy a tenant was. */
export function overviewRoutes(deps: OverviewRoutesDependencies): readonly Route[] {
  const { readOverview, runStatement, readTenantLife, now } = deps;
  return [
    ...runsInFlightRoutes(deps),
    {
      operation: 'showOverview',
      method: 'GET',
      path: '/api/v1/overview',
      handle: async (request) => {
        await requireAdmin(deps, request);
        expectNoQuery(request);
        return { status: 200, body: await readOverview() };
      },
    },
    {
      operation: 'showActivity',
      method: 'GET',
      path: '/api/v1/tenants/{tenant}/activity',
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await requireAdminOrTenant(deps, request, tenantId);
        const { hours } = parseQuery(activityQuerySchema, request.query);
        const to = now();
        const steps = stepsOf(hours, to);
        const parameters = {
          tenant_id: tenantId,
          from: new Date(steps.first.getTime() - longestRunMs),
          to,
          seen_from: steps.first,
        };
        const asked = runStatement(tenantId, readActivity, parameters);
        const [{ rows }, life] = await orTenantNotFound(
          tenantId,
          Promise.all([asked, readTenantLife(tenantId)]),
        );
        if (life === undefined) throw tenantNotFound(tenantId);
        const body = {
          from: steps.first.toISOString(),
          to: to.toISOString(),
          step_seconds: activityStepSeconds,
          points: activityPoints(rows, steps),
        };
        return { status: 200, body };
      },
    },
  ];
}
