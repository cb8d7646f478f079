import { ServiceError } from '../../shared/errors';
import { isRetryable } from '../../shared/google/bigquery/failures';
import { readPush } from '../../shared/google/pubsub/push-message';
import type { Route } from '../../shared/http/route';
import { TransientFailure } from '../../shared/pipelines/execution';
import { TimeIsUp } from '../../shared/runs/group-commit';
import { type RunMessage, runMessageSchema } from '../../shared/runs/rules/run-identity';
import { labelRequest } from '../../shared/telemetry/context';
import { inSpan } from '../../shared/telemetry/telemetry';
import type { TenantPlaces } from './tenant-places';
import { type WorkerDependencies, workOnRun } from './work-on-run';

export interface WorkerRouteDependencies extends WorkerDependencies {
  readonly inPlace: TenantPlaces['inPlace'];
}

/**
 * The push endpoint. 204 acknowledges a message; any other answer makes Pub/Sub deliver it again. So a
 * message is acknowledged only once its work is done, or where nobody could ever do it. Cloud Run checks who
 * calls (OIDC).
 */
export function workerRoutes(deps: WorkerRouteDependencies): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/',
      handle: async (request) => {
        const {
          content: run,
          messageId,
          attributes,
          deliveryAttempt,
        } = await readPush(request, runMessageSchema);
        if ('problem' in run) {
          deps.log('ERROR', `A message that names no run is dropped: ${run.problem}`, {
            event: 'message_dropped',
            message_id: messageId,
            attributes,
          });
        } else {
          labelRequest({ tenant: run.tenant_id, run: run.run_id, pipeline: run.pipeline });
          const about = { 'messaging.system': 'gcp_pubsub', 'messaging.message.id': messageId };
          await inSpan('process run', 'consumer', about, () => deliver(run, deliveryAttempt ?? 1, deps));
        }
        return { status: 204 };
      },
    },
  ];
}

/**
 * Works on the run. Logs a delivery that does not bring it to its end, and throws `unavailable` so that it
 * comes again.
 */
async function deliver(run: RunMessage, attempt: number, deps: WorkerRouteDependencies): Promise<void> {
  try {
    await deps.inPlace(run, () => workOnRun(run, deps), attempt > 1);
  } catch (error) {
    const isPassing = isRetryable(error) || error instanceof TransientFailure || error instanceof TimeIsUp;
    const fields = { ...run, delivery_attempt: attempt, error };
    if (attempt >= deps.deliveryAttempts) {
      const message = 'The last delivery of a message failed: it goes to the dead-letter topic';
      deps.log('ERROR', message, { event: 'dead_letter', ...fields });
    } else {
      const message = 'A delivery did not bring its run to its end; its message comes again';
      deps.log(isPassing ? 'WARNING' : 'ERROR', message, { event: 'delivery_failed', ...fields });
    }
    throw new ServiceError('unavailable', 'The run is not over: its message has to be delivered again.');
  }
}
