import { type ActiveSubscription, createActiveSubscription } from '../delivery/active-subscription';
import type { Delivery } from '../delivery/delivery';
import { createKeptMessages, type KeptMessages } from '../delivery/kept-messages';
import type { StartPush } from '../delivery/push-request';
import { pubSubUnavailable } from '../pubsub-error';
import {
  deletedTopic,
  type NewMessage,
  type Policy,
  type SchemaRevision,
  type Snapshot,
  type StoredMessage,
  type Subscription,
  type Topic,
  topicRetentionMs,
} from '../resources';
import { type Journal, noJournal } from './journal';
import { type JournalRecord, type MessageRecord, messageOf, messageRecord } from './journal-records';
import { createSnapshots, type KeptSnapshot } from './snapshots';

/** How much of what a push endpoint gets at once may be of one turn. */
const shareOfOneTurn = 1 / 2;

/** See PubSubOptions. */
export type DeliveryOrder = {
  turnsBy?: string | undefined;
  pushesAtOnce: number;
  awaitsEndpoints: boolean;
};

export type PubSubStore = ReturnType<typeof createPubSubStore>;

/**
 * All topics, subscriptions, snapshots, schemas and policies, and the messages that are undelivered or kept. A
 * change is made in memory and handed to the journal in the same turn of the event loop; `commit` resolves when it
 * is on disk.
 */
export const createPubSubStore = (
  log: (line: string) => void,
  push: StartPush,
  { turnsBy, pushesAtOnce, awaitsEndpoints }: DeliveryOrder,
) => {
  const topics = new Map<string, Topic>();
  const subscriptions = new Map<string, ActiveSubscription>();
  const snapshots = createSnapshots();
  /** By name, each with all its revisions, the oldest first. */
  const schemas = new Map<string, SchemaRevision[]>();
  /** By the name of the resource. */
  const policies = new Map<string, Policy>();
  /** Messages of topics that have a retention. */
  const keptByTopics = new Map<string, KeptMessages>();
  let journal: Journal = noJournal;
  let delivering = false;
  let available = true;
  let lastId = 0;

  const subscriptionsOf = (topic: string): ActiveSubscription[] =>
    [...subscriptions.values()].filter(({ resource }) => resource.topic === topic && !resource.detached);

  /** Ids grow, across restarts too, because no server gives out a million of them a second. */
  const nextId = (): string => {
    lastId = Math.max(lastId + 1, Date.now() * 1000);
    return String(lastId);
  };

  const publish = (topic: string, messages: NewMessage[]): string[] => {
    const receivers = subscriptionsOf(topic);
    const keepers = snapshots.ofTopic(topic);
    const publishTime = Date.now();
    const stored = messages.map(({ data, attributes, orderingKey }) => ({
      id: nextId(),
      data,
      attributes,
      orderingKey,
      publishTime,
    }));
    for (const message of stored) {
      const takers = receivers.filter(({ accepts }) => accepts(message));
      accept(message, topic, takers, keepers);
    }
    for (const { queue } of receivers) queue.pump();
    return stored.map(({ id }) => id);
  };

  const accept = (
    message: StoredMessage,
    topic: string,
    receivers: ActiveSubscription[],
    keepers: KeptSnapshot[],
  ): void => {
    const isKept = Boolean(topics.get(topic)?.messageRetentionDuration);
    if (receivers.length === 0 && keepers.length === 0 && !isKept) return;
    journal.append(
      messageRecord(message, {
        subscriptions: receivers.map(({ resource }) => resource.name),
        ...(keepers.length > 0 && { snapshots: keepers.map(({ resource }) => resource.name) }),
        ...(isKept && { keptBy: topic }),
      }),
    );
    for (const { queue } of receivers) queue.add(message);
    for (const { messages } of keepers) messages.set(message.id, message);
    if (isKept) keptBy(topic).add(message);
  };

  const keptBy = (topic: string): KeptMessages => {
    const kept = keptByTopics.get(topic) ?? createKeptMessages(() => topicRetentionMs(topics.get(topic)));
    keptByTopics.set(topic, kept);
    return kept;
  };

  const events = {
    log,
    push,
    pushesAtOnce,
    isAvailable: (): boolean => available,
    turnOf: ({ attributes }: StoredMessage): string =>
      turnsBy === undefined ? '' : (attributes[turnsBy] ?? ''),
    // What has no value of the attribute is not one value's.
    mostOfTurn: (turn: string): number =>
      turn === '' ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(pushesAtOnce * shareOfOneTurn)),
    topicExists: (name: string): boolean => topics.has(name),
    forward: (topic: string, message: NewMessage): void => void publish(topic, [message]),
    done: (subscription: string, { message }: Delivery): void => {
      journal.append({ record: 'ack', subscription, id: message.id });
      keepAcked(subscription, message);
    },
    failed: (subscription: string, { message, attempts }: Delivery): void =>
      journal.append({ record: 'attempt', subscription, id: message.id, attempts }),
  };

  const keepAcked = (name: string, message: StoredMessage | undefined): void => {
    const subscription = subscriptions.get(name);
    if (message && subscription?.resource.retainAckedMessages) subscription.acked.add(message);
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
    policies.delete(name);
  };

  const deleteTopic = (name: string): void => {
    topics.delete(name);
    keptByTopics.delete(name);
    policies.delete(name);
    snapshots.topicDeleted(name);
    for (const subscription of subscriptionsOf(name)) {
      subscription.update({ ...subscription.resource, topic: deletedTopic });
    }
  };

  const restoreMessage = (record: MessageRecord): void => {
    const message = messageOf(record);
    lastId = Math.max(lastId, Number(message.id));
    for (const name of record.subscriptions) {
      subscriptions.get(name)?.acked.delete(message.id);
      subscriptions.get(name)?.queue.add(message, record.attempts);
    }
    for (const name of record.snapshots ?? []) snapshots.named(name)?.messages.set(message.id, message);
    if (record.keptBy !== undefined) keptBy(record.keptBy).add(message);
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
        keepAcked(record.subscription, subscriptions.get(record.subscription)?.queue.forget(record.id));
        break;
      case 'snapshot':
        snapshots.put(record.snapshot);
        break;
      case 'snapshot-deleted':
        snapshots.delete(record.name);
        policies.delete(record.name);
        break;
      case 'schema':
        schemas.set(record.name, record.revisions);
        break;
      case 'schema-deleted':
        schemas.delete(record.name);
        policies.delete(record.name);
        break;
      case 'policy':
        policies.set(record.resource, record.policy);
        break;
    }
  };

  /** The records from which a store like this one can be made. */
  function* snapshot(): Generator<JournalRecord> {
    for (const topic of topics.values()) {
      yield { record: 'topic', topic };
      for (const message of keptByTopics.get(topic.name)?.values() ?? []) {
        yield messageRecord(message, { keptBy: topic.name });
      }
    }
    for (const { resource, queue, acked } of subscriptions.values()) {
      yield { record: 'subscription', subscription: resource };
      const holders = { subscriptions: [resource.name] };
      for (const message of acked.values()) {
        yield messageRecord(message, holders);
        yield { record: 'ack', subscription: resource.name, id: message.id };
      }
      for (const { message, attempts } of queue.undelivered()) {
        yield messageRecord(message, { ...holders, attempts });
      }
    }
    for (const { resource, messages } of snapshots.live()) {
      yield { record: 'snapshot', snapshot: resource };
      for (const message of messages.values()) yield messageRecord(message, { snapshots: [resource.name] });
    }
    for (const [name, revisions] of schemas) yield { record: 'schema', name, revisions };
    for (const [resource, policy] of policies) yield { record: 'policy', resource, policy };
  }

  return {
    topics,
    subscriptions,
    /** Those that are attached. */
    subscriptionsOf,
    snapshots,
    schemas,
    policies,
    publish,
    keptByTopic: (topic: string): StoredMessage[] => keptByTopics.get(topic)?.values() ?? [],
    /** Makes a snapshot of what a subscription has to deliver; resolves when it is on disk. */
    async createSnapshot(snapshot: Snapshot, { queue }: ActiveSubscription): Promise<void> {
      apply({ record: 'snapshot', snapshot });
      journal.append({ record: 'snapshot', snapshot });
      for (const { message } of queue.undelivered()) {
        snapshots.named(snapshot.name)?.messages.set(message.id, message);
        journal.append(messageRecord(message, { snapshots: [snapshot.name] }));
      }
      await journal.commit();
    },
    /** Makes these messages what a subscription has to deliver; resolves when that is on disk. */
    async seek({ resource, queue, acked }: ActiveSubscription, backlog: readonly StoredMessage[]) {
      for (const message of backlog) {
        acked.delete(message.id);
        if (queue.has(message.id)) continue;
        journal.append(messageRecord(message, { subscriptions: [resource.name] }));
      }
      queue.replace(backlog);
      queue.pump();
      await journal.commit();
    },
    apply,
    snapshot,
    /** From now on changes are written to this journal, and messages are delivered. */
    start(to: Journal): void {
      journal = to;
      delivering = true;
      if (!awaitsEndpoints) for (const subscription of subscriptions.values()) subscription.start();
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
