import { z } from 'zod';
import { watchingActor } from '../../../shared/audit/watching-actor';
import type { PipelineDefinition } from '../../../shared/definitions/schemas/pipeline-schema';
import type { ServiceError } from '../../../shared/errors';
import type { ReadTenantLife } from '../../../shared/google/bigquery/tables/read-tenant-state';
import { requireTenant, type TenantAuthentication } from '../../../shared/http/authorize';
import { idempotencyKeyOf } from '../../../shared/http/headers/idempotency-key';
import { requestIdOfCall } from '../../../shared/http/headers/request-id';
import { type FieldProblem, invalidFields } from '../../../shared/http/list-problems';
import { expectNoQuery, parseRequest } from '../../../shared/http/parse';
import type { HttpReply } from '../../../shared/http/reply';
import type { HttpRequest, Route } from '../../../shared/http/route';
import {
  type BackfillFilter,
  backfillKind,
  backfillSteps,
  datesOf,
  mostDates,
} from '../../../shared/operations/rules/backfill';
import { askedHashOf } from '../../../shared/operations/rules/operation-identity';
import { runsAtOnceSchema } from '../../../shared/operations/rules/started-runs';
import {
  type StartOperationDependencies,
  startOperationOnce,
} from '../../../shared/operations/start-operation';
import { parseParameters } from '../../../shared/pipelines/rules/pipeline-parameters';
import { watermarkFields, watermarkInstruction } from '../../../shared/runs/rerun/plan-rerun';
import { requirePipeline } from '../../../shared/tenants/rules/key-pipelines';
import { findPipeline, pipelinePathSchema } from '../pipelines/find-pipeline';

export interface BackfillDependencies extends StartOperationDependencies, TenantAuthentication {
  /** By path: provider/domain/pipeline_id. */
  readonly pipelines: ReadonlyMap<string, PipelineDefinition>;
  readonly readTenantLife: ReadTenantLife;
}

const dateSchema = z.iso.date('expected a date such as 2026-01-31');

/** The body of `POST /api/v1/pipelines/{provider}/{domain}/{pipeline}/backfills`. */
export const backfillSchema = z.strictObject({
  from: dateSchema,
  to: dateSchema,
  step: z.enum(backfillSteps, 'expected day or month').default('day'),
  parameter: z.string('expected the name of a parameter').max(300, 'expected at most 300 characters'),
  parameters: z.record(z.string(), z.unknown()).optional(),
  limit: runsAtOnceSchema.default(5),
  ...watermarkFields,
  reason: z
    .string()
    .trim()
    .min(1, 'expected a reason')
    .max(500, 'expected at most 500 characters')
    .optional(),
});

type AskedBackfill = z.infer<typeof backfillSchema>;

/** How a tenant has a pipeline run for each date of a period. */
export const backfillRoutes = (deps: BackfillDependencies): readonly Route[] => [
  {
    operation: 'startBackfill',
    method: 'POST',
    path: '/api/v1/pipelines/{provider}/{domain}/{pipeline}/backfills',
    handle: (request) => backfillAsAsked(request, deps),
  },
];

async function backfillAsAsked(given: HttpRequest, deps: BackfillDependencies): Promise<HttpReply> {
  const { request, actorOf } = watchingActor(given);
  const named = parseRequest(pipelinePathSchema, request.params, 'path');
  const { tenantId, keyId, pipelines: allowed } = await requireTenant(deps, request);
  const pipeline = findPipeline(named, deps);
  const { path } = pipeline;
  requirePipeline(allowed, path);
  expectNoQuery(request);
  const key = idempotencyKeyOf(request);
  const asked = parseRequest(backfillSchema, await request.json());
  const { from, to, step, parameter, parameters = {}, limit, reason } = asked;
  checkRuns(asked, pipeline);
  const wanted = {
    pipeline: path,
    from,
    to,
    step,
    parameter,
    parameters,
    watermark: watermarkOf(asked, pipeline) ?? null,
    limit,
  };
  const filter: BackfillFilter = {
    ...wanted,
    allowed_pipelines: [...allowed],
    asked_by: {
      key_id: keyId,
      address: request.address,
      request_id: requestIdOfCall(request),
      asked_hash: askedHashOf(wanted),
    },
  };
  const operation = {
    kind: backfillKind,
    tenant_id: tenantId,
    filter: JSON.stringify(filter),
    reason: reason ?? null,
  };
  const caller = { actor: actorOf(), isAdmin: false, key, readTenantLife: deps.readTenantLife };
  return startOperationOnce(operation, caller, deps.now(), deps);
}

/** Throws `invalid_request` where not each date can be a run. */
function checkRuns(
  { from, to, step, parameter, parameters = {} }: AskedBackfill,
  pipeline: PipelineDefinition,
) {
  const dates = datesOf(from, to, step);
  const [first] = dates;
  if (first === undefined)
    throw wrong('to', `expected a date that is not before \`from\`, with a ${step} between`);
  if (dates.length > mostDates) throw wrong('to', `expected at most ${mostDates} dates`);
  const declared = Object.hasOwn(pipeline.parameters, parameter) ? pipeline.parameters[parameter] : undefined;
  if (declared?.type !== 'DATE' && declared?.type !== 'STRING') {
    const known = Object.entries(pipeline.parameters).flatMap(([name, { type }]) =>
      type === 'DATE' || type === 'STRING' ? [name] : [],
    );
    throw wrong(
      'parameter',
      `expected a parameter that takes a date: ${known.join(', ') || 'there is none'}`,
    );
  }
  if (Object.hasOwn(parameters, parameter))
    throw wrong(`parameters.${parameter}`, 'expected nothing: each run has its date there');
  const parsed = parseParameters(pipeline.parameters, { ...parameters, [parameter]: first });
  if (parsed.ok) return;
  const problems = parsed.problems.map((problem) => ({
    field: `parameters.${problem.parameter}`,
    message: problem.message,
  }));
  throw invalidFields(problems, problems.length + (parsed.moreUnknown ?? 0));
}

/** A past day of a pipeline with a watermark has nothing that is new: so it has to be said where each run begins. */
function watermarkOf(asked: AskedBackfill, { watermark }: PipelineDefinition) {
  if (watermark === undefined || asked.watermark !== undefined) return watermarkInstruction(watermark, asked);
  throw wrong(
    'watermark',
    `expected where each run begins, as a ${watermark.type}: from the one that is recorded on, runs of past dates would find nothing`,
  );
}

const wrong = (field: string, message: string): ServiceError => {
  const problem: FieldProblem = { field, message };
  return invalidFields([problem]);
};
