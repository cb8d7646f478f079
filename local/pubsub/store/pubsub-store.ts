import { type ActiveSubscription, createActiveSubscription } from '../delivery/active-subscription';
import type { StartPush } from '../delivery/push-request';
import type { Delivery } from '../delivery/queue';
import { pubSubUnavailable } from '../pubsub-error';
import {
  deletedTopic,
  type NewMessage,
  type StoredMessage,
  type Subscription,
  type Topic,
} from '../resources';
import { type Journal, noJournal } from './journal';
import { type JournalRecord, messageOf, messageRecord } from './journal-records';

/** A quarter of what a push endpoint gets at once. */
const mostOfOneTurn = 25;

export type PubSubStore = ReturnType<typeof createPubSubStore>;

/**
 * All topics, subscriptions and undelivered messages. A change is made in memory and handed to the journal in
 * the same turn of the event loop; `commit` resolves when it is on disk.
 */
export const createPubSubStore = (
  log: (line: string) => void,
  push: StartPush,
  /** Messages take turns by this attribute's values; undefined: they are delivered in the order of publishing. */
  turnsBy: string | undefined,
) => {
  const topics = new Map<string, Topic>();
  const subscriptions = new Map<string, ActiveSubscription>();
  let journal: Journal = noJournal;
  let delivering = false;
  let available = true;
  let lastId = 0;

  const subscriptionsOf = (topic: string): ActiveSubscription[] =>
    [...subscriptions.values()].filter(({ resource }) => resource.topic === topic);

  /** Ids grow, across restarts too, because no server gives out a million of them a second. */
  const nextId = (): string => {
    lastId = Math.max(lastId + 1, Date.now() * 1000);
    return String(lastId);
  };

  const publish = (topic: string, messages: NewMessage[]): string[] => {
    const receivers = subscriptionsOf(topic);
    const publishTime = Date.now();
    const stored = messages.map(({ data, attributes, orderingKey }) => ({
      id: nextId(),
      data,
      attributes,
      orderingKey,
      publishTime,
    }));
    if (receivers.length > 0) {
      for (const message of stored) accept(message, receivers);
      for (const { queue } of receivers) queue.pump();
    }
    return stored.map(({ id }) => id);
  };

  const accept = (message: StoredMessage, receivers: ActiveSubscription[]): void => {
    journal.append(
      messageRecord(
        message,
        receivers.map(({ resource }) => resource.name),
      ),
    );
    for (const { queue } of receivers) queue.add(message);
  };

  const events = {
    log,
    push,
    isAvailable: (): boolean => available,
    turnOf: ({ attributes }: StoredMessage): string =>
      turnsBy === undefined ? '' : (attributes[turnsBy] ?? ''),
    // What has no value of the attribute is not one value's.
    mostOfTurn: (turn: string): number => (turn === '' ? Number.POSITIVE_INFINITY : mostOfOneTurn),
    topicExists: (name: string): boolean => topics.has(name),
    forward: (topic: string, message: NewMessage): void => void publish(topic, [message]),
    done: (subscription: string, { message }: Delivery): void =>
      journal.append({ record: 'ack', subscription, id: message.id }),
    failed: (subscription: string, { message, attempts }: Delivery): void =>
      journal.append({ record: 'attempt', subscription, id: message.id, attempts }),
  };

  const putSubscription = (resource: Subscription): void => {
    const active = subscriptions.get(resource.name) ?? createActiveSubscription(resource, events);
    subscriptions.set(resource.name, active);
    active.update(resource);
    if (delivering) active.start();
  };

  const deleteSubscription = (name: string): void => {
    subscriptions.get(name)?.close();
    subscriptions.delete(name);
  };

  const deleteTopic = (name: string): void => {
    topics.delete(name);
    for (const subscription of subscriptionsOf(name)) {
      subscription.update({ ...subscription.resource, topic: deletedTopic });
    }
  };

  const restoreMessage = (record: Extract<JournalRecord, { record: 'message' }>): void => {
    const message = messageOf(record);
    lastId = Math.max(lastId, Number(message.id));
    for (const name of record.subscriptions) subscriptions.get(name)?.queue.add(message, record.attempts);
  };

  /** Makes the change that a record describes. */
  const apply = (record: JournalRecord): void => {
    switch (record.record) {
      case 'topic':
        topics.set(record.topic.name, record.topic);
        break;
      case 'topic-deleted':
        deleteTopic(record.name);
        break;
      case 'subscription':
        putSubscription(record.subscription);
        break;
      case 'subscription-deleted':
        deleteSubscription(record.name);
        break;
      case 'message':
        restoreMessage(record);
        break;
      case 'attempt':
        subscriptions.get(record.subscription)?.queue.setAttempts(record.id, record.attempts);
        break;
      case 'ack':
        subscriptions.get(record.subscription)?.queue.forget(record.id);
        break;
    }
  };

  /** The records from which a store like this one can be made. */
  function* snapshot(): Generator<JournalRecord> {
    for (const topic of topics.values()) yield { record: 'topic', topic };
    for (const { resource, queue } of subscriptions.values()) {
      yield { record: 'subscription', subscription: resource };
      for (const { message, attempts } of queue.undelivered()) {
        yield messageRecord(message, [resource.name], attempts);
      }
    }
  }

  return {
    topics,
    subscriptions,
    subscriptionsOf,
    publish,
    apply,
    snapshot,
    /** From now on changes are written to this journal, and messages are delivered. */
    start(to: Journal): void {
      journal = to;
      delivering = true;
      for (const subscription of subscriptions.values()) subscription.start();
    },
    /** Changes topics or subscriptions and resolves when the change is on disk. */
    async change(record: JournalRecord): Promise<void> {
      apply(record);
      journal.append(record);
      await journal.commit();
    },
    /** False ends streams and stops pushing, until it is true again. */
    setAvailable(isAvailable: boolean): void {
      available = isAvailable;
      for (const subscription of subscriptions.values()) {
        if (isAvailable) subscription.queue.pump();
        else subscription.interrupt(pubSubUnavailable());
      }
    },
    commit: (): Promise<void> => journal.commit(),
    async close(): Promise<void> {
      for (const subscription of subscriptions.values()) subscription.close();
      await journal.close();
    },
  };
};
