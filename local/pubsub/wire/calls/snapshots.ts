import { randomUUID } from 'node:crypto';
import type { ActiveSubscription } from '../../delivery/active-subscription';
import { alreadyExists, invalidArgument, notFound } from '../../pubsub-error';
import { checkName, checkProjectName, projectOf } from '../../resource-names';
import { milliseconds, type Snapshot } from '../../resources';
import type { PubSubStore } from '../../store/pubsub-store';
import { backlogOfSnapshot, backlogSince } from '../../store/seek';
import { expiryOfSnapshot, type KeptSnapshot } from '../../store/snapshots';
import { type UnaryHandlers, unary } from '../grpc-call';
import { changedFields, listPage } from './list-and-update';
import * as requests from './request-schemas';

/** The calls of google.pubsub.v1.Subscriber that concern snapshots, and Seek. */
export const snapshotHandlers = (
  store: PubSubStore,
  subscriptionNamed: (name: string) => ActiveSubscription,
): UnaryHandlers => {
  const snapshotNamed = (name: string): KeptSnapshot => {
    checkName(name, 'snapshots', 'snapshot');
    const snapshot = store.snapshots.named(name);
    if (!snapshot) throw notFound(name);
    return snapshot;
  };

  return {
    CreateSnapshot: unary(requests.createSnapshotRequestSchema, async (request) => {
      const subscription = subscriptionNamed(request.subscription);
      // Documented: the server chooses a name where none is given.
      const name = request.name || `${projectOf(request.subscription)}/snapshots/snapshot-${randomUUID()}`;
      checkName(name, 'snapshots');
      if (store.snapshots.named(name)) throw alreadyExists(name);
      const expireTime = expiryOfSnapshot(subscription, Date.now());
      const snapshot = { name, topic: subscription.resource.topic, expireTime, labels: request.labels };
      await store.createSnapshot(snapshot, subscription);
      return snapshot;
    }),

    GetSnapshot: unary(
      requests.snapshotNameRequestSchema,
      ({ snapshot }) => snapshotNamed(snapshot).resource,
    ),

    ListSnapshots: unary(requests.listOfProjectRequestSchema, ({ project, ...page }) => {
      checkProjectName(project);
      const own = store.snapshots
        .live()
        .map(({ resource }) => resource)
        .filter(({ name }) => projectOf(name) === project);
      const { page: snapshots, nextPageToken } = listPage(own, ({ name }) => name, page);
      return { snapshots, nextPageToken };
    }),

    UpdateSnapshot: unary(requests.updateSnapshotRequestSchema, async ({ snapshot, updateMask }) => {
      const { resource } = snapshotNamed(snapshot?.name ?? '');
      const changed = changedFields(snapshot ?? resource, updateMask?.paths, ['name', 'topic']);
      const updated: Snapshot = {
        ...resource,
        ...changed,
        expireTime: changed.expireTime ?? resource.expireTime,
      };
      await store.change({ record: 'snapshot', snapshot: updated });
      return updated;
    }),

    DeleteSnapshot: unary(requests.snapshotNameRequestSchema, async ({ snapshot }) => {
      await store.change({ record: 'snapshot-deleted', name: snapshotNamed(snapshot).resource.name });
      return {};
    }),

    Seek: unary(requests.seekRequestSchema, async ({ subscription: name, time, snapshot }) => {
      const subscription = subscriptionNamed(name);
      const { topic } = subscription.resource;
      if (time) {
        const kept = store.keptByTopic(topic);
        await store.seek(subscription, backlogSince(subscription, kept, milliseconds(time)));
      } else if (snapshot) {
        const { resource, messages } = snapshotNamed(snapshot);
        if (resource.topic !== topic) {
          throw invalidArgument(
            `The snapshot ${snapshot} is of another topic than the subscription ${name}.`,
          );
        }
        await store.seek(subscription, backlogOfSnapshot(subscription, messages.values()));
      } else {
        throw invalidArgument('Invalid seek target given: expected a time or a snapshot.');
      }
      return {};
    }),
  };
};
