import { z } from 'zod';
import { type AdminAuthentication, requireAdmin } from '../../../shared/http/authorize';
import { nextPageLink } from '../../../shared/http/headers/next-page';
import { cursorSchema, encodeCursor, limitSchema, parseQuery } from '../../../shared/http/parse';
import type { Route } from '../../../shared/http/route';
import { runListFields } from '../../../shared/runs/run-pages';
import { tenantIdSchema } from '../../../shared/tenants/rules/tenant-id';
import { isBeforeInFlight, longestInFlight, placeInFlight, placeInFlightSchema } from './runs-in-flight';
import type { ReadTenantRows } from './tenant-rows';

export interface RunsInFlightDependencies extends AdminAuthentication {
  readonly tenantRows: ReadTenantRows;
}

const { status, pipeline } = runListFields(['QUEUED', 'ADMITTED']);

/** The query of `GET /api/v1/runs/in-flight`. */
export const runsInFlightQuerySchema = z.strictObject({
  tenant: tenantIdSchema.optional(),
  status,
  pipeline,
  limit: limitSchema(100, 200),
  cursor: cursorSchema(placeInFlightSchema).optional(),
});

/** What waits and what runs now, over all tenants, for operators. No statement: it is read from the tenants' rows. */
export function runsInFlightRoutes({ tenantRows, ...deps }: RunsInFlightDependencies): readonly Route[] {
  return [
    {
      operation: 'listRunsInFlight',
      method: 'GET',
      path: '/api/v1/runs/in-flight',
      handle: async (request) => {
        await requireAdmin(deps, request);
        const { tenant, status, pipeline, limit, cursor } = parseQuery(
          runsInFlightQuerySchema,
          request.query,
        );
        const rows = await (tenant === undefined ? tenantRows.newest() : tenantRows.ofTenant(tenant));
        const matching = longestInFlight(rows.tenants).filter(
          (run) =>
            (status === undefined || run.status === status) &&
            (pipeline === undefined || run.pipeline === pipeline),
        );
        const left =
          cursor === undefined
            ? matching
            : matching.filter((run) => isBeforeInFlight(cursor, placeInFlight(run)));
        const runs = left.slice(0, limit);
        const last = runs.at(-1);
        const next_cursor =
          last === undefined || left.length <= limit ? null : encodeCursor(placeInFlight(last));
        const queued = matching.filter((run) => run.status === 'QUEUED').length;
        const body = {
          as_of: rows.readAt.toISOString(),
          running: matching.length - queued,
          queued,
          tenants: { read: rows.tenants.length, failed: rows.failed, more: rows.isMore },
          runs,
          next_cursor,
        };
        return { status: 200, headers: nextPageLink(request, next_cursor), body };
      },
    },
  ];
}
