import { failedPrecondition, notFound, type PubSubError } from '../pubsub-error';
import { projectOf } from '../resource-names';
import {
  type Duration,
  milliseconds,
  type NewMessage,
  type StoredMessage,
  type Subscription,
} from '../resources';
import type { Delivery, QueueRules } from './delivery';
import { parseFilter } from './filter';
import { createKeptMessages, type KeptMessages } from './kept-messages';
import { createPushConsumer, type PushConsumer } from './push';
import type { StartPush } from './push-request';
import { createQueue, type Queue } from './queue';

const weekMs = 7 * 24 * 3600 * 1000;
/** The documented default of DeadLetterPolicy.max_delivery_attempts. */
const defaultMaxAttempts = 5;

export type SubscriptionEvents = {
  push: StartPush;
  pushesAtOnce: number;
  isAvailable(): boolean;
  /** See QueueRules. */
  turnOf(message: StoredMessage): string;
  /** See QueueRules. */
  mostOfTurn(turn: string): number;
  log(line: string): void;
  topicExists(name: string): boolean;
  /** Publishes to a dead letter topic. */
  forward(topic: string, message: NewMessage): void;
  done(subscription: string, delivery: Delivery): void;
  failed(subscription: string, delivery: Delivery): void;
};

export type ActiveSubscription = {
  readonly resource: Subscription;
  readonly queue: Queue;
  /** Acknowledged messages, where the subscription keeps them. */
  readonly acked: KeptMessages;
  /** Whether the filter lets a message pass. */
  accepts(message: StoredMessage): boolean;
  /** A subscription that has been detached drops its messages, and gets none any more. */
  update(resource: Subscription): void;
  /** Starts to deliver, and applies a changed push endpoint after an update. */
  start(): void;
  /** Aborts pushes, ends streams, and forgets the messages. */
  close(): void;
  /** Ends open pulls and streams, which may be opened again; messages stay. */
  interrupt(reason: PubSubError): void;
  /** Calls `end` when the subscription is closed or interrupted, unless the returned function is called. */
  onClose(end: (reason: PubSubError) => void): () => void;
};

/** A subscription with its queue and, when it pushes, the consumer that posts to its endpoint. */
export const createActiveSubscription = (
  initial: Subscription,
  events: SubscriptionEvents,
): ActiveSubscription => {
  let resource = initial;
  let push: (PushConsumer & { endpoint: string }) | undefined;
  const closers = new Set<(reason: PubSubError) => void>();

  const queue = createQueue(rulesOf(() => resource, events));
  const acked = createKeptMessages(() => retentionMs(resource));
  const passes = parseFilter(initial.filter);

  /** Gives the ack ids of what the endpoint has not answered. */
  const stopPush = (): readonly string[] => {
    if (!push) return [];
    queue.removeConsumer(push);
    const unanswered = push.close();
    push = undefined;
    return unanswered;
  };

  const start = (): void => {
    const endpoint = (!resource.detached && resource.pushConfig?.pushEndpoint) || '';
    if (endpoint === (push?.endpoint ?? '')) {
      queue.pump();
      return;
    }
    // What the old endpoint has not answered has failed: nobody would hear its answer.
    for (const ackId of stopPush()) queue.nack(ackId);
    if (!endpoint) return;
    const consumer = createPushConsumer({ ...events, subscription: () => resource, queue }, endpoint);
    push = { ...consumer, endpoint };
    queue.addConsumer(push);
  };

  const interrupt = (reason: PubSubError): void => {
    for (const end of closers) end(reason);
  };

  return {
    get resource() {
      return resource;
    },
    queue,
    acked,
    accepts: ({ attributes }) => passes(attributes),
    update(changed) {
      const isDetached = changed.detached && !resource.detached;
      resource = changed;
      if (!isDetached) return;
      interrupt(detached(resource));
      queue.replace([]);
      acked.clear();
    },
    start,
    close() {
      stopPush();
      queue.close();
      acked.clear();
      for (const end of closers) end(notFound(resource.name));
    },
    interrupt,
    onClose(end) {
      closers.add(end);
      return () => void closers.delete(end);
    },
  };
};

/** What a pull from a detached subscription is refused with. */
export const detached = ({ name }: Subscription): PubSubError =>
  failedPrecondition(`The subscription ${name} is detached from its topic.`);

const retentionMs = ({ messageRetentionDuration: duration }: Subscription): number =>
  duration ? milliseconds(duration) : weekMs;

const rulesOf = (resource: () => Subscription, events: SubscriptionEvents): QueueRules => ({
  retentionMs: () => retentionMs(resource()),
  orderingKeyOf: ({ orderingKey }) => (resource().enableMessageOrdering ? orderingKey : ''),
  turnOf: events.turnOf,
  mostOfTurn: events.mostOfTurn,
  redeliveryPauseMs: (attempts) => redeliveryPauseMs(resource(), attempts),
  deadLetter: (delivery) => deadLetter(resource(), delivery, events),
  onDone: (delivery) => events.done(resource().name, delivery),
  onFailed: (delivery) => events.failed(resource().name, delivery),
});

/** The documented defaults of RetryPolicy, in milliseconds. */
const policyDefaults = { minimum: 10_000, maximum: 600_000 };

/**
 * Without a retry policy real Pub/Sub slows a whole push subscription down by 100 ms to 60 s
 * (https://cloud.google.com/pubsub/docs/push#push_backoff); here the same range applies to the failing
 * message alone.
 */
const pushDefaults = { minimum: 100, maximum: 60_000 };

/**
 * The pause in milliseconds after `attempts` failed deliveries: it doubles from the policy's minimum to its
 * maximum. A pull subscription without a policy redelivers at once, as documented.
 */
const redeliveryPauseMs = ({ retryPolicy, pushConfig }: Subscription, attempts: number): number => {
  const range = retryPolicy
    ? {
        minimum: durationOr(retryPolicy.minimumBackoff, policyDefaults.minimum),
        maximum: durationOr(retryPolicy.maximumBackoff, policyDefaults.maximum),
      }
    : pushConfig?.pushEndpoint
      ? pushDefaults
      : { minimum: 0, maximum: 0 };
  return Math.min(range.maximum, range.minimum * 2 ** Math.min(attempts - 1, 30));
};

const durationOr = (duration: Duration | null | undefined, otherwise: number): number =>
  duration ? milliseconds(duration) : otherwise;

/**
 * Forwards a message that failed too often; true when it did. Where the dead letter topic does not exist, the
 * message goes on being delivered, as in Google's cloud.
 */
const deadLetter = (
  { deadLetterPolicy, name }: Subscription,
  { message, attempts }: Delivery,
  events: SubscriptionEvents,
): boolean => {
  if (!deadLetterPolicy || attempts < (deadLetterPolicy.maxDeliveryAttempts || defaultMaxAttempts))
    return false;
  const { deadLetterTopic } = deadLetterPolicy;
  if (!events.topicExists(deadLetterTopic)) {
    events.log(`${name}: there is no dead letter topic ${deadLetterTopic}; message ${message.id} stays`);
    return false;
  }
  // https://cloud.google.com/pubsub/docs/dead-letter-topics#how_dead_letter_topics_work
  const attributes = {
    ...message.attributes,
    CloudPubSubDeadLetterSourceDeliveryCount: String(attempts),
    CloudPubSubDeadLetterSourceSubscription: name.slice(name.lastIndexOf('/') + 1),
    CloudPubSubDeadLetterSourceSubscriptionProject: projectOf(name).slice('projects/'.length),
    CloudPubSubDeadLetterSourceTopicPublishTime: new Date(message.publishTime).toISOString(),
  };
  events.log(`${name}: message ${message.id} failed ${attempts} times and goes to ${deadLetterTopic}`);
  events.forward(deadLetterTopic, { data: message.data, attributes, orderingKey: message.orderingKey });
  return true;
};
