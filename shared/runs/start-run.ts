import { createHash } from 'node:crypto';
import type { PipelineDefinition } from '../definitions/schemas/pipeline-schema';
import { ServiceError } from '../errors';
import type { PublishRun } from '../google/pubsub/publish-run';
import { rateLimitHeaders } from '../http/headers/rate-limit-headers';
import { invalidFields } from '../http/list-problems';
import type { Log } from '../log';
import { type PipelineParameterValues, parseParameters } from '../pipelines/rules/pipeline-parameters';
import { labelRequest } from '../telemetry/context';
import type { Admission, Admit } from './admit';
import type { AtLimit, Candidate, QueuePlace } from './rules/admission-rules';
import { originOf, type StartedBy } from './rules/ledger-row';
import { quotasLeft } from './rules/quotas-left';
import { runIdOfKey, timedRunId } from './rules/run-identity';
import { instructionsText, type RunInstructions } from './rules/run-instructions';
import { leaseSecondsOf } from './rules/run-times';

/** Cancels a run in whose place another starts. Throws `run_not_found` where it is gone. */
export type CancelOldest = (tenantId: string, runId: string) => Promise<unknown>;

export interface StartRunDependencies {
  readonly admit: Admit;
  readonly publishRun: PublishRun;
  /** Undefined: then a pipeline that asks for it refuses. */
  readonly cancelOldest?: CancelOldest | undefined;
  readonly newId: () => string;
  readonly now: () => Date;
  readonly log: Log;
}

export interface RunRequest extends StartedBy {
  readonly tenantId: string;
  /** The API key that the request came with. */
  readonly keyId: string;
  readonly pipeline: PipelineDefinition;
  /** As they were given: without defaults. */
  readonly parameters: Readonly<Record<string, unknown>> | undefined;
  readonly trigger: string;
  readonly idempotencyKey: string | undefined;
  /** The run that this one does again. */
  readonly rerunOf?: string | undefined;
  readonly instructions?: RunInstructions | undefined;
  /** What was asked for besides a pipeline and parameters: a repeat under the same key has to ask for the same. */
  readonly asked?: readonly unknown[] | undefined;
  /** Seconds of head start in the queue. None unless given. */
  readonly priority?: number | undefined;
  /** How long it may wait in the queue, in seconds. As long as its pipeline says, unless given. */
  readonly queueTtlSeconds?: number | undefined;
  /** What it does where there is no slot for it. What its pipeline says, unless given. */
  readonly atLimit?: AtLimit | undefined;
  /** How long its caller still waits for an answer, in milliseconds. Undefined: as long as admission usually takes. */
  readonly leftMs?: (() => number) | undefined;
}

export interface StartedRun {
  readonly runId: string;
  /** Where it waits; undefined: it has a slot, or had one. */
  readonly queue: QueuePlace | undefined;
  /** Whether it was started long ago, under the same idempotency key, and is over. */
  readonly isOver: boolean;
  /** What is left of the tenant's quotas. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Starts a run: checks its parameters, has it admitted, and wakes the worker. Throws `invalid_request` that names
 * each wrong parameter, the refusals of admission, or `unavailable`. A run that is admitted stays admitted: if its
 * message cannot be published, reconcile publishes it. One that waits in the queue is published by whoever frees a
 * slot for it. A repeat under the same idempotency key finds its own run.
 */
export async function startRun(request: RunRequest, deps: StartRunDependencies): Promise<StartedRun> {
  const { tenantId, pipeline, idempotencyKey } = request;
  const runId =
    idempotencyKey === undefined
      ? timedRunId(deps.newId(), deps.now())
      : runIdOfKey(tenantId, idempotencyKey);
  labelRequest({ run: runId, pipeline: pipeline.path });
  const candidate = candidateOf(request, runId);
  const { verdict, quotas } = await admitOrReplace(request, deps, candidate);
  const headers = quotas === undefined ? {} : rateLimitHeaders(quotasLeft(quotas, deps.now()));
  if (verdict.kind === 'refused') throw withHeaders(verdict.error, headers);
  if (verdict.kind === 'queued') return { runId, queue: verdict.place, isOver: false, headers };
  if (verdict.isOver === true) return { runId, queue: undefined, isOver: true, headers };
  const message = { tenant_id: tenantId, run_id: runId, pipeline: pipeline.path };
  try {
    await deps.publishRun(message);
  } catch (error) {
    deps.log('WARNING', 'An admitted run could not be published; it starts with the next reconcile', {
      ...message,
      error,
    });
  }
  return { runId, queue: undefined, isOver: false, headers };
}

/**
 * Admits the run; where there is no slot for it, in the place of the oldest run that it may replace. Another may take
 * the slot that was freed for it: then it is refused, and no further run is cancelled.
 */
async function admitOrReplace(
  { tenantId, leftMs }: RunRequest,
  { admit, cancelOldest }: StartRunDependencies,
  candidate: Candidate,
): Promise<Admission> {
  const admission = await admit(tenantId, candidate, leftMs?.());
  const { verdict } = admission;
  if (verdict.kind !== 'refused' || verdict.oldestRunId === undefined || cancelOldest === undefined)
    return admission;
  await cancelOldest(tenantId, verdict.oldestRunId).catch((error: unknown) => {
    // It is gone, and its slot with it.
    if (!(error instanceof ServiceError && error.code === 'run_not_found')) throw error;
  });
  return await admit(tenantId, candidate, leftMs?.());
}

/**
 * What admission decides about. Throws `invalid_request` that names each wrong parameter.
 */
export function candidateOf(request: RunRequest, runId: string): Candidate {
  const { pipeline, idempotencyKey } = request;
  const parameters = JSON.stringify(parametersOf(request));
  return {
    run_id: runId,
    pipeline: pipeline.path,
    parameters,
    trigger: request.trigger,
    request_hash: idempotencyKey === undefined ? null : requestHash(request),
    ...originOf({
      ...request,
      rerun_of: request.rerunOf ?? null,
      instructions: instructionsText(request.instructions),
    }),
    key_id: request.keyId,
    lease_seconds: leaseSecondsOf(pipeline),
    ...queueingOf(request, parameters),
  };
}

/** How the run waits for a slot, by its request and its pipeline. */
function queueingOf({ pipeline, priority, queueTtlSeconds, atLimit }: RunRequest, parameters: string) {
  const { concurrency } = pipeline;
  return {
    at_limit: atLimit ?? pipeline.at_limit,
    priority: priority ?? null,
    queue_seconds: queueTtlSeconds ?? pipeline.queue_ttl_seconds,
    slots: pipeline.slots === 1 ? null : pipeline.slots,
    concurrency_key:
      concurrency === undefined ? null : concurrencyKey(pipeline.path, concurrency.key, parameters),
    concurrency_limit: concurrency?.limit ?? null,
  };
}

/** Names the runs of a pipeline that have the same value of this parameter. A value may be long: it is hashed. */
function concurrencyKey(path: string, name: string, parameters: string): string {
  const values: unknown = JSON.parse(parameters);
  const value = Object.entries(values ?? {}).find(([each]) => each === name)?.[1];
  const hash = createHash('sha256')
    .update(JSON.stringify(value ?? null))
    .digest('hex');
  return `${path}:${name}:${hash.slice(0, 32)}`;
}

/**
 * Hashes what the caller gave, whatever its order, and not what the pipeline fills in: a deployment may
 * change that, and a repeat must stay the same request. So a value that is given differs from one left out,
 * even where it is the default.
 */
function requestHash({ pipeline, parameters = {}, asked = [] }: RunRequest): string {
  const given = Object.entries(parameters).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([pipeline.path, given, ...asked]))
    .digest('hex');
}

const withHeaders = (error: ServiceError, headers: Readonly<Record<string, string>>): ServiceError =>
  new ServiceError(error.code, error.detail, {
    members: error.members,
    retryAfterSeconds: error.retryAfterSeconds,
    headers: { ...headers, ...error.headers },
    cause: error.cause,
  });

/** The run's parameters as its slot carries them, with defaults. Throws `invalid_request` that names each wrong one. */
export function parametersOf({
  pipeline,
  parameters,
}: Pick<RunRequest, 'pipeline' | 'parameters'>): PipelineParameterValues {
  const parsed = parseParameters(pipeline.parameters, parameters);
  if (parsed.ok) return parsed.values;
  const { problems, moreUnknown = 0 } = parsed;
  const errors = problems.map(({ parameter, message }) => ({ field: parameter || 'body', message }));
  throw invalidFields(errors, errors.length + moreUnknown, ({ message }) => message);
}
