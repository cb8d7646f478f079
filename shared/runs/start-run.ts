import { createHash } from 'node:crypto';
import type { PipelineDefinition } from '../definitions/schemas/pipeline-schema';
import { ServiceError } from '../errors';
import type { PublishRun } from '../google/pubsub/publish-run';
import { rateLimitHeaders } from '../http/headers/rate-limit-headers';
import { invalidFields } from '../http/list-problems';
import type { Log } from '../log';
import { type PipelineParameterValues, parseParameters } from '../pipelines/rules/pipeline-parameters';
import { labelRequest } from '../telemetry/context';
import type { Admit } from './admit';
import { quotasLeft } from './rules/admission-rules';
import { originOf, type StartedBy } from './rules/ledger-row';
import { runIdOfKey } from './rules/run-identity';
import { instructionsText, type RunInstructions } from './rules/run-instructions';
import { leaseSecondsOf } from './rules/run-times';

export interface StartRunDependencies {
  readonly admit: Admit;
  readonly publishRun: PublishRun;
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
}

export interface StartedRun {
  readonly runId: string;
  /** What is left of the tenant's quotas. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Starts a run: checks its parameters, has it admitted, and wakes the worker. Throws `invalid_request` that
 * names each wrong parameter, the refusals of admission, or `unavailable`. A run that is admitted stays
 * admitted: if its message cannot be published, reconcile publishes it. A repeat under the same idempotency
 * key finds its own run.
 */
export async function startRun(request: RunRequest, deps: StartRunDependencies): Promise<StartedRun> {
  const { tenantId, pipeline, idempotencyKey } = request;
  const parameters = JSON.stringify(parametersOf(request));
  const runId = idempotencyKey === undefined ? deps.newId() : runIdOfKey(tenantId, idempotencyKey);
  labelRequest({ run: runId, pipeline: pipeline.path });
  const { verdict, quotas } = await deps.admit(tenantId, {
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
  });
  const headers = quotas === undefined ? {} : rateLimitHeaders(quotasLeft(quotas, deps.now()));
  if (verdict.kind === 'refused') throw withHeaders(verdict.error, headers);
  const message = { tenant_id: tenantId, run_id: runId, pipeline: pipeline.path };
  try {
    await deps.publishRun(message);
  } catch (error) {
    deps.log('WARNING', 'An admitted run could not be published; it starts with the next reconcile', {
      ...message,
      error,
    });
  }
  return { runId, headers };
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
