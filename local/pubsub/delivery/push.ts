import { Agent } from 'node:http';
import type { Subscription } from '../resources';
import { ackIdOf, type Consumer, type Delivery } from './delivery';
import { type PushRequest, pushBody, type StartPush } from './push-request';
import type { Queue } from './queue';

export type PushSource = {
  /** As it is now: an update may change its ack deadline and policies. */
  subscription(): Subscription;
  queue: Queue;
  push: StartPush;
  /** So many may be under way. */
  pushesAtOnce: number;
  /** Whether messages may be pushed at present. */
  isAvailable(): boolean;
  log(line: string): void;
};

/** `close` aborts what is under way, and gives its ack ids. */
export type PushConsumer = Consumer & { close(): readonly string[] };

/**
 * Posts each message to `pushEndpoint`, a bounded number at once, over kept connections. The ack deadline is the
 * request's timeout: when the lease ends, the queue releases the delivery, and the request is aborted.
 */
export const createPushConsumer = (source: PushSource, pushEndpoint: string): PushConsumer => {
  const endpoint = new URL(pushEndpoint);
  // Node's servers close idle connections after 5 s: close them earlier, so as not to post into a closing
  // one.
  const agent = new Agent({ keepAlive: true, timeout: 4000, maxFreeSockets: source.pushesAtOnce });
  const requests = new Map<Delivery, PushRequest>();

  const logFailure = (delivery: Delivery, failure: string): void =>
    source.log(
      `Push of message ${delivery.message.id} to ${source.subscription().name} failed ` +
        `(attempt ${delivery.attempts}): ${failure}`,
    );

  const deliver = (delivery: Delivery): void => {
    const ackId = ackIdOf(delivery);
    const subscription = source.subscription();
    const body = pushBody(subscription, delivery);
    const target = { endpoint, agent, body, subscription: subscription.name, delivery };
    const request = source.push(target, (failure) => {
      requests.delete(delivery);
      if (failure === undefined) {
        source.queue.ack(ackId);
      } else {
        logFailure(delivery, failure);
        source.queue.nack(ackId);
      }
    });
    requests.set(delivery, request);
  };

  const released = (delivery: Delivery, isTakenBack: boolean): void => {
    const unanswered = requests.get(delivery);
    if (!unanswered) return;
    requests.delete(delivery);
    unanswered.abort();
    logFailure(
      delivery,
      isTakenBack ? 'it was taken back' : `${endpoint} did not answer within the ack deadline`,
    );
  };

  const close = (): readonly string[] => {
    for (const request of requests.values()) request.abort();
    const unanswered = [...requests.keys()].map(ackIdOf);
    requests.clear();
    agent.destroy();
    return unanswered;
  };

  return {
    holdsManyOfKey: false,
    wants: () => requests.size < source.pushesAtOnce && source.isAvailable(),
    ackDeadlineMs: () => source.subscription().ackDeadlineSeconds * 1000,
    deliver,
    released,
    close,
  };
};
