import { invalidArgument } from '../pubsub-error';
import type { Subscription } from '../resources';
import type { UnaryCall } from '../wire/grpc-call';
import type { ActiveSubscription } from './active-subscription';
import { ackIdOf, type Consumer, type Delivery } from './delivery';

/** A pull that finds nothing is answered after this time; clients that want to wait longer ask again. */
const longestWaitMs = 20_000;

type Pull = { maxMessages: number; returnImmediately: boolean };

/**
 * Up to `maxMessages` messages: those that are ready, or else the first to arrive.
 * @throws PubSubError INVALID_ARGUMENT
 */
export const pullOnce = (
  { resource, queue, onClose }: ActiveSubscription,
  { maxMessages, returnImmediately }: Pull,
  call: UnaryCall,
): Promise<object[]> => {
  if (maxMessages < 1) {
    throw invalidArgument(
      `The value for max_messages is too small. You passed ${maxMessages} in the request, but the minimum value is 1.`,
    );
  }
  return new Promise((resolve) => {
    const received: object[] = [];
    let open = true;

    const end = (): void => {
      if (!open) return;
      open = false;
      clearTimeout(timer);
      forget();
      queue.removeConsumer(consumer);
      resolve(received);
    };

    const consumer: Consumer = {
      holdsManyOfKey: true,
      wants: () => open && received.length < maxMessages,
      ackDeadlineMs: () => resource.ackDeadlineSeconds * 1000,
      deliver: (delivery) => {
        // The queue hands over all that is ready in one turn of the event loop: it all goes into this answer.
        if (received.length === 0) queueMicrotask(end);
        received.push(receivedMessage(resource, delivery));
      },
      released: () => {},
    };

    const timer = setTimeout(end, longestWaitMs);
    const forget = onClose(() => end());
    call.onCancelled(end);
    queue.addConsumer(consumer);
    if (returnImmediately) queueMicrotask(end);
  });
};

/** google.pubsub.v1.ReceivedMessage */
export const receivedMessage = (subscription: Subscription, delivery: Delivery): object => {
  const { id, data, attributes, orderingKey, publishTime } = delivery.message;
  const seconds = Math.floor(publishTime / 1000);
  return {
    ackId: ackIdOf(delivery),
    message: {
      data,
      attributes,
      orderingKey,
      messageId: id,
      publishTime: { seconds, nanos: (publishTime - seconds * 1000) * 1e6 },
    },
    deliveryAttempt: subscription.deadLetterPolicy ? delivery.attempts : 0,
  };
};
