import { z } from 'zod';
import type { ReadTenantLife } from '../../shared/google/bigquery/tables/read-tenant-state';
import type { PublishOperation } from '../../shared/google/pubsub/publish-operation';
import { apparentTenant, requireTenant } from '../../shared/http/authorize';
import { idempotencyKeyOf } from '../../shared/http/headers/idempotency-key';
import { parseQuery, parseRequest } from '../../shared/http/parse';
import type { HttpReply } from '../../shared/http/reply';
import type { HttpRequest, Route } from '../../shared/http/route';
import type { OperationLog } from '../../shared/operations/operation-log';
import { createCancelOldest } from '../../shared/runs/cancel-run';
import type { DecisionPlaces } from '../../shared/runs/decision-places';
import type { FindOverwritten } from '../../shared/runs/rerun/overwritten-tables';
import { watermarkInstruction } from '../../shared/runs/rerun/plan-rerun';
import { type RunRequest, type StartRunDependencies, startRun } from '../../shared/runs/start-run';
import { requireOwnTenant } from '../../shared/tenants/authenticate-tenant';
import { requirePipeline } from '../../shared/tenants/rules/key-pipelines';
import { tenantIdSchema } from '../../shared/tenants/rules/tenant-id';
import { backfillRoutes } from './again/backfill-routes';
import { rerunRoutes } from './again/rerun-routes';
import { findPipeline, pipelinePathSchema } from './pipelines/find-pipeline';
import { type PipelinesRoutesDependencies, pipelinesRoutes } from './pipelines/pipelines-routes';
import { type ResultsRoutesDependencies, resultsRoutes } from './results/results-routes';
import { startedByCaller, startOf } from './run-request';
import { type RunsRoutesDependencies, runsRoutes } from './runs-routes';
import { type WholeRun, waitAsked, waitingReply } from './wait-for-run';

export interface RunHandlerDependencies
  extends StartRunDependencies,
    RunsRoutesDependencies,
    ResultsRoutesDependencies,
    PipelinesRoutesDependencies {
  readonly inPlace: DecisionPlaces['inPlace'];
  readonly planRun: PlanRun;
  readonly readTenantLife: ReadTenantLife;
  readonly findOverwritten: FindOverwritten;
  /** Unless both are given, there are no backfills. */
  readonly operations?: OperationLog | undefined;
  readonly publishOperation?: PublishOperation | undefined;
}

/** The answer to `?dry_run=true`: see planRunOf. Throws `unavailable` where it takes too long. */
export type PlanRun = (request: RunRequest) => Promise<Pick<HttpReply, 'headers' | 'body'>>;

const runPathSchema = pipelinePathSchema.extend({ tenant: tenantIdSchema });
/**
 * Only that parameters come as an object. Which ones there are, the pipeline says. It is taken as it is: a
 * zod record would lose a parameter named `__proto__`, which is to be refused like any other unknown one.
 */
const parametersSchema = z
  .custom<Readonly<Record<string, unknown>>>(
    (given) => typeof given === 'object' && given !== null && !Array.isArray(given),
    'expected a JSON object of parameters',
  )
  .optional();

const wholeNumber = (least: number, most: number) => {
  const expected = `expected a whole number of seconds from ${least} to ${most}`;
  return z
    .string()
    .regex(/^[0-9]{1,7}$/, expected)
    .transform(Number)
    .refine((number) => number >= least && number <= most, expected)
    .optional();
};

/** Unknown names are refused: one that is ignored could be meant to change what is done. */
const startQuerySchema = z
  .strictObject({
    dry_run: z.enum(['true', 'false'], 'expected true or false').optional(),
    priority: wholeNumber(0, 3_600),
    queue_ttl: wholeNumber(1, 604_800),
    watermark: z.string().max(4_096, 'expected at most 4096 characters').optional(),
    record_watermark: z.enum(['true', 'false'], 'expected true or false').optional(),
  })
  .transform(({ priority, queue_ttl, watermark, record_watermark }) => ({
    queueing: { priority, queueTtlSeconds: queue_ttl },
    watermark: { watermark, record_watermark: record_watermark && record_watermark === 'true' },
  }));
const isDryRun = ({ query }: HttpRequest): boolean => query.get('dry_run') === 'true';

export function runRoutes(deps: RunHandlerDependencies): readonly Route[] {
  const { operations, publishOperation } = deps;
  const backfills =
    operations && publishOperation ? backfillRoutes({ ...deps, operations, publishOperation }) : [];
  const start: Route = {
    operation: 'startRun',
    method: 'POST',
    path: '/api/v1/pipelines/run/{tenant}/{provider}/{domain}/{pipeline}',
    handle: (request) => deps.inPlace(apparentTenant(request, deps), () => startAsAsked(request, deps)),
  };
  // A dry run takes part in no decision, so it has its place among the other calls. It sends no statement, but the
  // one that looks a watermark up.
  const [plan = start] = deps.inPlaces(
    [{ ...start, handle: (request) => tryAsAsked(request, deps) }],
    (request) => apparentTenant(request, deps),
  );
  return [
    { ...start, handle: (request) => (isDryRun(request) ? plan : start).handle(request) },
    ...rerunRoutes({ ...deps, cancelOldest: createCancelOldest(deps) }),
    ...deps.inPlaces([...backfills, ...runsRoutes(deps), ...resultsRoutes(deps)], (request) =>
      apparentTenant(request, deps),
    ),
    ...pipelinesRoutes(deps),
  ];
}

/** The run that a request asks for, and what its caller may do. Throws whatever is wrong with it. */
async function readRunRequest(request: HttpRequest, deps: RunHandlerDependencies) {
  const path = parseRequest(runPathSchema, request.params, 'path');
  const identity = await requireTenant(deps, request);
  const { tenantId, keyId, pipelines, scopes } = requireOwnTenant(identity, path.tenant);
  const pipeline = findPipeline(path, deps);
  requirePipeline(pipelines, pipeline.path);
  const idempotencyKey = idempotencyKeyOf(request);
  const { queueing, watermark } = parseQuery(startQuerySchema, request.query);
  const beginning = watermarkInstruction(pipeline.watermark, watermark);
  const parameters = parseRequest(parametersSchema, await request.json());
  const startedBy = startedByCaller(identity, request);
  const trigger = triggerOf(request);
  const run = {
    ...{ tenantId, keyId, ...startedBy, pipeline, parameters, trigger, idempotencyKey, ...queueing },
    ...(beginning && { instructions: { watermark: beginning }, asked: [beginning] }),
  };
  return { run, scopes };
}

async function tryAsAsked(request: HttpRequest, deps: RunHandlerDependencies): Promise<HttpReply> {
  const { run } = await readRunRequest(request, deps);
  return { status: 200, ...(await deps.planRun(run)) };
}

async function startAsAsked(request: HttpRequest, deps: RunHandlerDependencies): Promise<HttpReply> {
  const { run, scopes } = await readRunRequest(request, deps);
  const { tenantId, pipeline } = run;
  const started = await startRun(
    { ...run, leftMs: request.leftMs },
    { ...deps, cancelOldest: createCancelOldest(deps) },
  );
  const { runId, queue } = started;
  const headers = { ...started.headers, Location: `/api/v1/pipelines/runs/${runId}` };
  const body = { run_id: runId, tenant_id: tenantId, pipeline: pipeline.path, ...startOf(queue) };
  const seconds = waitAsked(request);
  if (seconds === undefined) return { status: 202, headers, body };
  const checkKey = () => requireTenant(deps, request);
  const viewer = { isAdmin: false };
  const awaited = { tenantId, runId, viewer, holder: tenantId, onboardingId: undefined, seconds, checkKey };
  // What a run shows takes the scope of showRun; how it ended may know who started it.
  const mayRead = scopes.includes('read');
  const withRun = (whole: WholeRun | undefined) =>
    whole === undefined ? body : { ...body, status: whole.status, ...(mayRead && { run: whole }) };
  return (
    waitingReply(awaited, { status: 202, headers }, withRun, deps.takePlace, deps) ?? {
      status: 202,
      headers,
      body,
    }
  );
}

const triggerOf = (request: HttpRequest): string =>
  request.header('X-CloudScheduler') === 'true' ? 'scheduler' : 'api';
