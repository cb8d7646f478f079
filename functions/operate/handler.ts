import { ServiceError } from '../../shared/errors';
import type { PublishOperation } from '../../shared/google/pubsub/publish-operation';
import { readPush } from '../../shared/google/pubsub/push-message';
import type { Route } from '../../shared/http/route';
import { operationMessageSchema } from '../../shared/operations/rules/operation-identity';
import { inSpan } from '../../shared/telemetry/telemetry';
import { type DeadLetterDependencies, deadLetterRoute } from './dead-letters';
import { type OperateDependencies, workOnOperation } from './work-on-operation';

export interface OperateHandlerDependencies extends OperateDependencies, DeadLetterDependencies {
  readonly publishOperation: PublishOperation;
}

/**
 * The push endpoint of operations, beside that of dead letters. 204 acknowledges a message: what it has done is written
 * down by then, and a fresh message is there for the rest. Any other answer makes Pub/Sub deliver it again. Cloud Run
 * checks who calls (OIDC).
 */
export function operateRoutes(deps: OperateHandlerDependencies): readonly Route[] {
  const { log } = deps;
  return [
    {
      method: 'POST',
      path: '/',
      handle: async (request) => {
        const { content: message, messageId, attributes } = await readPush(request, operationMessageSchema);
        if ('problem' in message) {
          const fields = { event: 'message_dropped', message_id: messageId, attributes } as const;
          log('ERROR', `A message that names no operation is dropped: ${message.problem}`, fields);
          return { status: 204 };
        }
        const about = { 'messaging.system': 'gcp_pubsub', 'messaging.message.id': messageId };
        try {
          await inSpan('process operation', 'consumer', about, async () => {
            if ((await workOnOperation(message, deps)) === 'more') await deps.publishOperation(message);
          });
        } catch (error) {
          const text = 'A delivery did not bring its operation to its end; its message comes again';
          log('WARNING', text, { event: 'delivery_failed', ...message, error });
          throw new ServiceError('unavailable', 'The operation is not over: its message has to come again.');
        }
        return { status: 204 };
      },
    },
    deadLetterRoute(deps),
  ];
}
