import { createHash } from 'node:crypto';
import type { PublishRun } from '../../shared/adapters/pubsub/publish-run';
import type { Admit } from '../../shared/admission';
import type { PipelineDefinition } from '../../shared/definitions/pipeline-shape';
import { leaseSecondsOf } from '../../shared/domain/lease';
import { parseParameters } from '../../shared/domain/parameters';
import { ServiceError } from '../../shared/errors';
import type { Log } from '../../shared/log';

export interface StartRunDependencies {
  readonly admit: Admit;
  readonly publishRun: PublishRun;
  readonly newId: () => string;
  readonly log: Log;
}

export interface RunRequest {
  readonly tenantId: string;
  readonly pipeline: PipelineDefinition;
  readonly parameters: unknown;
  readonly trigger: string;
}

/**
 * Starts a run: parameters, admission, wake-up; resolves to its id. Throws `invalid_request` naming each wrong
 * parameter, the refusals of admission, or `unavailable`. Once admitted the run stands: if its message cannot be
 * published, it is still admitted, and reconcile publishes it again.
 */
export async function startRun(request: RunRequest, deps: StartRunDependencies): Promise<string> {
  const { tenantId, pipeline } = request;
  const parameters = canonicalParameters(request);
  const runId = deps.newId();
  await deps.admit(tenantId, {
    run_id: runId,
    pipeline: pipeline.path,
    parameters,
    trigger: request.trigger,
    request_hash: createHash('sha256').update(`${pipeline.path}\n${parameters}`).digest('hex'),
    lease_seconds: leaseSecondsOf(pipeline),
  });
  const message = { tenant_id: tenantId, run_id: runId, pipeline: pipeline.path };
  try {
    await deps.publishRun(message);
  } catch (error) {
    deps.log('WARNING', 'An admitted run could not be published; it starts with the next reconcile', {
      ...message,
      error,
    });
  }
  return runId;
}

/** The run's parameters as the JSON text its slot carries. */
function canonicalParameters({ pipeline, parameters }: RunRequest): string {
  const parsed = parseParameters(pipeline.parameters, parameters);
  if (parsed.ok) return JSON.stringify(parsed.values);
  const errors = parsed.problems.map(({ parameter, message }) => ({ field: parameter || 'body', message }));
  throw new ServiceError('invalid_request', errors.map(({ message }) => message).join(' '), {
    members: { errors },
  });
}
