import { z } from 'zod';
import { apparentTenant, requireTenant, type TenantAuthentication } from '../../../shared/http/authorize';
import { idempotencyKeyOf } from '../../../shared/http/headers/idempotency-key';
import { expectNoQuery, parseRequest } from '../../../shared/http/parse';
import type { HttpReply } from '../../../shared/http/reply';
import type { HttpRequest, Route } from '../../../shared/http/route';
import type { DecisionPlaces } from '../../../shared/runs/decision-places';
import { rerunFromSchema, watermarkFields } from '../../../shared/runs/rerun/plan-rerun';
import { type RerunDependencies, rerunRun } from '../../../shared/runs/rerun/rerun-run';
import { runIdSchema } from '../../../shared/runs/rules/run-identity';
import { startedByCaller, startOf } from '../run-request';

export interface RerunRoutesDependencies extends RerunDependencies, TenantAuthentication {
  readonly inPlace: DecisionPlaces['inPlace'];
}

/** The body of `POST …/runs/{run_id}/rerun`. */
export const rerunSchema = z.strictObject({ from: rerunFromSchema.default('start'), ...watermarkFields });

/** How a tenant does a run again. */
export const rerunRoutes = (deps: RerunRoutesDependencies): readonly Route[] => [
  {
    operation: 'rerunRun',
    method: 'POST',
    path: '/api/v1/pipelines/runs/{run_id}/rerun',
    handle: (request) => deps.inPlace(apparentTenant(request, deps), () => rerunAsAsked(request, deps)),
  },
];

async function rerunAsAsked(request: HttpRequest, deps: RerunRoutesDependencies): Promise<HttpReply> {
  const runId = parseRequest(runIdSchema, request.params.run_id, 'run_id in the path');
  const caller = await requireTenant(deps, request);
  const { tenantId, keyId, pipelines: allowedPipelines } = caller;
  expectNoQuery(request);
  const idempotencyKey = idempotencyKeyOf(request);
  const rerun = parseRequest(rerunSchema.prefault({}), await request.json());
  const started = await rerunRun(
    {
      ...{ tenantId, keyId, ...startedByCaller(caller, request), runId, rerun, allowedPipelines },
      ...{ idempotencyKey, leftMs: request.leftMs },
    },
    deps,
  );
  return {
    status: 202,
    headers: { ...started.headers, Location: `/api/v1/pipelines/runs/${started.runId}` },
    body: {
      run_id: started.runId,
      tenant_id: tenantId,
      pipeline: started.pipeline,
      ...startOf(started.queue),
      rerun_of: runId,
    },
  };
}
