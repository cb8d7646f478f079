import type { z } from 'zod';
import { ServiceError } from '../../shared/errors';
import { readPush } from '../../shared/google/pubsub/push-message';
import type { Route } from '../../shared/http/route';
import { labelRequest } from '../../shared/telemetry/context';
import { inSpan } from '../../shared/telemetry/telemetry';
import { deliverableEventSchema, deliveryMessageSchema } from '../../shared/webhooks/rules/delivery-message';
import { type DeliveryDependencies, deliverOrPassOn } from './deliver-event';
import { type FanOutDependencies, fanOut } from './fan-out';

export interface DeliverEventsDependencies extends FanOutDependencies, DeliveryDependencies {}

/**
 * The endpoints of three push subscriptions: that of events, and at one path that of what is to be delivered to one
 * webhook each, and that of what of it has to come again. 204 acknowledges a message; any other answer makes Pub/Sub
 * deliver it again, later and later, and all else of the same subscription more slowly.
 */
export function deliverEventsRoutes(deps: DeliverEventsDependencies): readonly Route[] {
  return [
    pushRoute('/events', deliverableEventSchema, deps, async (event, publishedAt) => {
      labelRequest({ tenant: event.subject });
      await fanOut(event, publishedAt, deps);
      return true;
    }),
    pushRoute('/deliveries', deliveryMessageSchema, deps, async (message) => {
      labelRequest({ tenant: message.tenant_id });
      return deliverOrPassOn(message, deps);
    }),
  ];
}

/** @param work whether the message is done with */
const pushRoute = <Content extends object>(
  path: string,
  schema: z.ZodType<Content>,
  { clock, log }: DeliverEventsDependencies,
  work: (content: Content, publishedAt: Date) => Promise<boolean>,
): Route => ({
  method: 'POST',
  path,
  handle: async (request) => {
    const { content, messageId, publishedAt, attributes } = await readPush(request, schema);
    if ('problem' in content) {
      log('ERROR', `A message that cannot be read is dropped: ${content.problem}`, {
        event: 'message_dropped',
        message_id: messageId,
        attributes,
      });
      return { status: 204 };
    }
    const about = { 'messaging.system': 'gcp_pubsub', 'messaging.message.id': messageId };
    const isDone = await inSpan(`process ${path.slice(1)}`, 'consumer', about, () =>
      work(content, publishedAt ?? clock.now()),
    );
    if (isDone) return { status: 204 };
    throw new ServiceError('unavailable', 'It is not delivered: its message has to be delivered again.');
  },
});
