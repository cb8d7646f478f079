import { z } from 'zod';
import { watchingActor } from '../../../shared/audit/watching-actor';
import { ServiceError } from '../../../shared/errors';
import type { ReadTenantLife } from '../../../shared/google/bigquery/tables/read-tenant-state';
import {
  type AdminAuthentication,
  requireAdminOrTenant,
  type TenantAuthentication,
  tenantInPath,
} from '../../../shared/http/authorize';
import { idempotencyKeyOf } from '../../../shared/http/headers/idempotency-key';
import { requestIdOfCall } from '../../../shared/http/headers/request-id';
import { expectNoQuery, momentSchema, parseRequest } from '../../../shared/http/parse';
import type { HttpReply } from '../../../shared/http/reply';
import type { HttpRequest, Route } from '../../../shared/http/route';
import {
  type BulkRerunFilter,
  bulkRerunFilterText,
  bulkRerunKind,
  rerunStatuses,
} from '../../../shared/operations/rules/bulk-rerun';
import { askedHashOf } from '../../../shared/operations/rules/operation-identity';
import { runsAtOnceSchema } from '../../../shared/operations/rules/started-runs';
import {
  type StartOperationDependencies,
  startOperationOnce,
} from '../../../shared/operations/start-operation';
import { rerunFromSchema } from '../../../shared/runs/rerun/plan-rerun';
import { isInOrder, notInOrder, runListFields } from '../../../shared/runs/run-pages';

export interface BulkRerunDependencies
  extends StartOperationDependencies,
    AdminAuthentication,
    TenantAuthentication {
  readonly readTenantLife: ReadTenantLife;
}

const { status, pipeline } = runListFields(rerunStatuses);

/** The body of `POST /api/v1/tenants/{tenant}/runs/bulk-rerun`. The filter is that of the list of runs. */
export const bulkRerunSchema = z
  .strictObject({
    status,
    pipeline,
    from: momentSchema.optional(),
    to: momentSchema.optional(),
    all: z.literal(true, 'expected true, or nothing').optional(),
    rerun_from: rerunFromSchema.default('start'),
    limit: runsAtOnceSchema.default(5),
    reason: z
      .string()
      .trim()
      .min(1, 'expected a reason')
      .max(500, 'expected at most 500 characters')
      .optional(),
  })
  // Who leaves the filter out by mistake must not run everything again.
  .refine((asked) => (asked.all === true) !== filterOf(asked).some((value) => value !== undefined), {
    error: 'expected at least one field of the filter, or all: true in place of them',
  })
  .refine(
    ({ from: begin, to: end }) =>
      begin === undefined || end === undefined || isInOrder({ from: begin, to: end }),
    notInOrder,
  );

const filterOf = (asked: {
  readonly status?: unknown;
  readonly pipeline?: unknown;
  readonly from?: unknown;
  readonly to?: unknown;
}) => [asked.status, asked.pipeline, asked.from, asked.to];

/** Does runs of a tenant again that are over and match. */
export const bulkRerunRoutes = (deps: BulkRerunDependencies): readonly Route[] => [
  {
    operation: 'bulkRerunTenantRuns',
    method: 'POST',
    path: '/api/v1/tenants/{tenant}/runs/bulk-rerun',
    handle: (request) => rerunAllAsAsked(request, deps),
  },
];

async function rerunAllAsAsked(given: HttpRequest, deps: BulkRerunDependencies): Promise<HttpReply> {
  const { request, actorOf } = watchingActor(given);
  const tenantId = tenantInPath(request);
  const caller = await requireAdminOrTenant(deps, request, tenantId);
  expectNoQuery(request);
  const key = idempotencyKeyOf(request);
  const asked = parseRequest(bulkRerunSchema, await request.json());
  const { reason, ...wanted } = asked;
  if ((await deps.readTenantLife(tenantId)) === undefined)
    throw new ServiceError('tenant_not_found', `There is no tenant '${tenantId}'`);
  const now = deps.now();
  const filter: BulkRerunFilter = {
    status: asked.status ?? null,
    pipeline: asked.pipeline ?? null,
    from: asked.from ?? new Date(0),
    to: asked.to !== undefined && asked.to < now ? asked.to : now,
    rerun_from: asked.rerun_from,
    limit: asked.limit,
    allowed_pipelines: [...caller.pipelines],
    asked_by: {
      key_id: caller.isAdmin ? '' : caller.id,
      address: caller.isAdmin ? null : request.address,
      request_id: requestIdOfCall(request),
      // Not of the filter: without `to` that ends at the time of the request.
      asked_hash: askedHashOf(wanted),
    },
  };
  const operation = {
    kind: bulkRerunKind,
    tenant_id: tenantId,
    filter: bulkRerunFilterText(filter),
    reason: reason ?? null,
  };
  const { isAdmin } = caller;
  const keyed = { actor: actorOf(), isAdmin, key, readTenantLife: deps.readTenantLife };
  return startOperationOnce(operation, keyed, now, deps);
}
