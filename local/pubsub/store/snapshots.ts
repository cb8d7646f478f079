import type { ActiveSubscription } from '../delivery/active-subscription';
import { failedPrecondition } from '../pubsub-error';
import { deletedTopic, milliseconds, type Snapshot, type StoredMessage, timestampOf } from '../resources';

/** A snapshot with its messages: those that were unacknowledged then, and all of its topic since. */
export type KeptSnapshot = { resource: Snapshot; readonly messages: Map<string, StoredMessage> };

const hourMs = 3600 * 1000;
const longestLifeMs = 7 * 24 * hourMs;

/** All snapshots. What has expired is gone. */
export const createSnapshots = () => {
  const all = new Map<string, KeptSnapshot>();

  const live = (): KeptSnapshot[] => {
    for (const [name, { resource }] of all) {
      if (milliseconds(resource.expireTime) <= Date.now()) all.delete(name);
    }
    return [...all.values()];
  };

  return {
    live,
    named: (name: string): KeptSnapshot | undefined => live().find(({ resource }) => resource.name === name),
    put(resource: Snapshot): void {
      const existing = all.get(resource.name);
      if (existing) existing.resource = resource;
      else all.set(resource.name, { resource, messages: new Map() });
    },
    delete: (name: string): void => void all.delete(name),
    ofTopic: (topic: string): KeptSnapshot[] => live().filter(({ resource }) => resource.topic === topic),
    topicDeleted(topic: string): void {
      for (const snapshot of all.values()) {
        if (snapshot.resource.topic === topic) {
          snapshot.resource = { ...snapshot.resource, topic: deletedTopic };
        }
      }
    },
  };
};

/**
 * When a snapshot of this subscription that is made now would expire: seven days after the oldest message that
 * it keeps was published.
 * https://cloud.google.com/pubsub/docs/reference/rpc/google.pubsub.v1#createsnapshotrequest
 * @throws PubSubError FAILED_PRECONDITION when that is within the hour
 */
export const expiryOfSnapshot = (
  { queue, resource }: ActiveSubscription,
  now: number,
): Snapshot['expireTime'] => {
  const [oldest] = queue.undelivered();
  const expiry = (oldest ? Math.min(now, oldest.message.publishTime) : now) + longestLifeMs;
  if (expiry - now < hourMs) {
    throw failedPrecondition(
      `The backlog of ${resource.name} is too old: the snapshot would expire within the hour.`,
    );
  }
  return timestampOf(expiry);
};
