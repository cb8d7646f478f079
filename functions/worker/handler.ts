import { z } from 'zod';
import { ServiceError } from '../../shared/errors';
import { isRetryable } from '../../shared/google/bigquery/failures';
import { expectNoQuery, parseRequest } from '../../shared/http/parse';
import type { Route } from '../../shared/http/route';
import { TransientFailure } from '../../shared/pipelines/execution';
import { TimeIsUp } from '../../shared/runs/group-commit';
import { type RunMessage, runMessageSchema } from '../../shared/runs/rules/run-identity';
import { continueTrace, labelRequest } from '../../shared/telemetry/context';
import { inSpan } from '../../shared/telemetry/telemetry';
import { type WorkerDependencies, workOnRun } from './work-on-run';

/**
 * What a Pub/Sub push subscription posts. Read here and not by functions-framework, which drops the delivery
 * attempt and does not recognise messages without data.
 * https://cloud.google.com/pubsub/docs/push#receive_push
 */
const pushEnvelopeSchema = z.object({
  message: z.object({
    data: z.base64().default(''),
    messageId: z.string(),
    attributes: z.record(z.string(), z.string()).default({}),
  }),
  subscription: z.string(),
  deliveryAttempt: z.number().int().optional(),
});

/**
 * The push endpoint. 204 acknowledges a message; any other answer makes Pub/Sub deliver it again. So a
 * message is acknowledged only once its work is done, or where nobody could ever do it. Cloud Run checks who
 * calls (OIDC).
 */
export function workerRoutes(deps: WorkerDependencies): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/',
      handle: async (request) => {
        expectNoQuery(request);
        // Which type Pub/Sub says is its own matter: no run may depend on it. No browser gets past Cloud Run.
        const push = await request.json({ isOfAnyType: true });
        const { message, deliveryAttempt } = parseRequest(pushEnvelopeSchema, push);
        continueTrace(message.attributes.traceparent);
        const run = parseRunMessage(message.data);
        if ('problem' in run) {
          deps.log('ERROR', `A message that names no run is dropped: ${run.problem}`, {
            event: 'message_dropped',
            message_id: message.messageId,
            attributes: message.attributes,
          });
        } else {
          labelRequest({ tenant: run.tenant_id, run: run.run_id, pipeline: run.pipeline });
          const about = { 'messaging.system': 'gcp_pubsub', 'messaging.message.id': message.messageId };
          await inSpan('process run', 'consumer', about, () => deliver(run, deliveryAttempt ?? 1, deps));
        }
        return { status: 204 };
      },
    },
  ];
}

/** The run message in a push's data, or what is wrong with it. */
function parseRunMessage(data: string): RunMessage | { readonly problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(data, 'base64').toString('utf8'));
  } catch {
    return { problem: 'its data is not JSON' };
  }
  const parsed = runMessageSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  return {
    problem: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  };
}

/**
 * Works on the run. Logs a delivery that does not bring it to its end, and throws `unavailable` so that it
 * comes again.
 */
async function deliver(run: RunMessage, attempt: number, deps: WorkerDependencies): Promise<void> {
  try {
    await workOnRun(run, deps);
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
