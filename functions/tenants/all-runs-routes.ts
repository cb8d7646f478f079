import { z } from 'zod';
import { rowsOrNone } from '../../shared/google/bigquery/statements/rows-or-none';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { type AdminAuthentication, requireAdmin } from '../../shared/http/authorize';
import { nextPageLink } from '../../shared/http/headers/next-page';
import { earliest, latest, momentSchema, parseQuery } from '../../shared/http/parse';
import type { Route } from '../../shared/http/route';
import {
  isInOrder,
  notInOrder,
  pageOfRuns,
  pageParameters,
  runListFields,
} from '../../shared/runs/run-pages';
import { endedStatuses, listAllRuns } from '../../shared/sql/control/list-all-runs';
import { tenantIdSchema } from '../../shared/tenants/rules/tenant-id';

export interface AllRunsDependencies extends AdminAuthentication {
  readonly runStatement: RunStatement;
  /** The dataset of `all_runs`. */
  readonly controlDataset: string;
  readonly now: () => Date;
}

/** Without `from` the runs of so many days are listed, not those of all years. */
const usualDays = 30;

/** The query of `GET /api/v1/runs`. */
export const allRunsRequestSchema = z
  .strictObject({
    ...runListFields(endedStatuses),
    from: momentSchema.optional(),
    tenant: tenantIdSchema.optional(),
    error_code: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,63}$/, 'expected a code such as check_failed')
      .optional(),
  })
  .refine(isInOrder, notInOrder);

/** The runs of all tenants that are over, for operators. A page is one statement. */
export function allRunsRoutes({
  runStatement,
  controlDataset,
  now,
  ...deps
}: AllRunsDependencies): readonly Route[] {
  return [
    {
      operation: 'listAllRuns',
      method: 'GET',
      path: '/api/v1/runs',
      handle: async (request) => {
        await requireAdmin(deps, request);
        const query = parseQuery(allRunsRequestSchema, request.query);
        const asked = { ...query, from: query.from ?? usualFrom(query.to, now()) };
        const filters = { tenant_id: asked.tenant ?? null, error_code: asked.error_code ?? null };
        const parameters = { ...pageParameters(asked), ...filters };
        const rows = await rowsOrNone(runStatement(controlDataset, listAllRuns, parameters));
        const body = pageOfRuns(rows, asked);
        return { status: 200, headers: nextPageLink(request, body.next_cursor), body };
      },
    },
  ];
}

function usualFrom(to: Date, now: Date): Date {
  const end = to === latest ? now : to;
  return new Date(Math.max(end.getTime() - usualDays * 86_400_000, earliest.getTime()));
}
