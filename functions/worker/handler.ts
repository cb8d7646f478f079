import { parseRequest } from '../../shared/http/parse';
import type { Route } from '../../shared/http/route';
import { parseRunMessage, pushEnvelopeShape } from './push-envelope';
import { type WorkerDependencies, workOnRun } from './work-on-run';

/**
 * The push endpoint: 204 acknowledges, anything else makes Pub/Sub deliver again. Acknowledged is only what is done, or
 * what nobody can ever do. Who may call is Cloud Run's to check (OIDC), not this code's.
 */
export function workerRoutes(deps: WorkerDependencies): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/',
      handle: async (request) => {
        const { message } = parseRequest(pushEnvelopeShape, await request.json());
        const run = parseRunMessage(message.data);
        if ('problem' in run) {
          deps.log('ERROR', `A message that names no run is dropped: ${run.problem}`, {
            message_id: message.messageId,
            attributes: message.attributes,
          });
        } else {
          await workOnRun(run, deps);
        }
        return { status: 204 };
      },
    },
  ];
}
