import { acknowledgeAll, modifyDeadlines } from '../../delivery/acknowledge';
import { type ActiveSubscription, detached } from '../../delivery/active-subscription';
import { pullOnce } from '../../delivery/pull';
import { alreadyExists, notFound } from '../../pubsub-error';
import { checkName, checkProjectName, projectOf } from '../../resource-names';
import type { Subscription } from '../../resources';
import type { PubSubStore } from '../../store/pubsub-store';
import { type UnaryHandlers, unary } from '../grpc-call';
import { changedFields, listPage } from './list-and-update';
import * as requests from './request-schemas';
import { snapshotHandlers } from './snapshots';
import { checkedSubscription, checkPushEndpoint } from './subscription-checks';

/**
 * Finds a subscription by its full name.
 * @throws PubSubError INVALID_ARGUMENT for a name that none can have, NOT_FOUND
 */
export const findSubscription =
  (store: PubSubStore) =>
  (name: string): ActiveSubscription => {
    checkName(name, 'subscriptions', 'subscription');
    const subscription = store.subscriptions.get(name);
    if (!subscription) throw notFound(name);
    return subscription;
  };

/** The calls of google.pubsub.v1.Subscriber, but StreamingPull. */
export const subscriberHandlers = (store: PubSubStore, shortestAckDeadlineSeconds: number): UnaryHandlers => {
  const subscriptionNamed = findSubscription(store);

  const put = async (subscription: Subscription): Promise<object> => {
    await store.change({ record: 'subscription', subscription });
    return reply(subscription);
  };

  return {
    CreateSubscription: unary(requests.createSubscriptionRequestSchema, (request) => {
      checkName(request.name, 'subscriptions');
      checkName(request.topic, 'topics', 'topic');
      const subscription = checkedSubscription({ ...request, detached: false }, shortestAckDeadlineSeconds);
      if (!store.topics.has(request.topic)) throw notFound(request.topic);
      if (store.subscriptions.has(request.name)) throw alreadyExists(request.name);
      return put(subscription);
    }),

    GetSubscription: unary(requests.subscriptionNameRequestSchema, ({ subscription }) =>
      reply(subscriptionNamed(subscription).resource),
    ),

    UpdateSubscription: unary(requests.updateSubscriptionRequestSchema, ({ subscription, updateMask }) => {
      const existing = subscriptionNamed(subscription?.name ?? '').resource;
      const fields = changedFields(subscription ?? {}, updateMask?.paths, unchangeable);
      const request = { ...unsupportedAbsent, ...existing, ...fields };
      return put(checkedSubscription(request, shortestAckDeadlineSeconds));
    }),

    ListSubscriptions: unary(requests.listOfProjectRequestSchema, ({ project, ...page }) => {
      checkProjectName(project);
      const own = [...store.subscriptions.values()]
        .map(({ resource }) => resource)
        .filter(({ name }) => projectOf(name) === project);
      const { page: found, nextPageToken } = listPage(own, ({ name }) => name, page);
      return { subscriptions: found.map(reply), nextPageToken };
    }),

    DeleteSubscription: unary(requests.subscriptionNameRequestSchema, async ({ subscription }) => {
      const { name } = subscriptionNamed(subscription).resource;
      await store.change({ record: 'subscription-deleted', name });
      return {};
    }),

    ModifyPushConfig: unary(requests.modifyPushConfigRequestSchema, async ({ subscription, pushConfig }) => {
      const { resource } = subscriptionNamed(subscription);
      checkPushEndpoint(pushConfig?.pushEndpoint ?? '');
      await put({ ...resource, pushConfig });
      return {};
    }),

    Acknowledge: unary(requests.acknowledgeRequestSchema, ({ subscription, ackIds }) => {
      acknowledgeAll(subscriptionNamed(subscription).queue, ackIds);
      return {};
    }),

    ModifyAckDeadline: unary(
      requests.modifyAckDeadlineRequestSchema,
      ({ subscription, ackIds, ackDeadlineSeconds }) => {
        modifyDeadlines(subscriptionNamed(subscription).queue, ackIds, () => ackDeadlineSeconds);
        return {};
      },
    ),

    Pull: unary(requests.pullRequestSchema, async (request, call) => {
      const subscription = subscriptionNamed(request.subscription);
      if (subscription.resource.detached) throw detached(subscription.resource);
      return { receivedMessages: await pullOnce(subscription, request, call) };
    }),

    ...snapshotHandlers(store, subscriptionNamed),
  };
};

const unchangeable = ['name', 'topic', 'filter', 'enableMessageOrdering', 'detached'];

const reply = (subscription: Subscription): object => ({ ...subscription, state: 'ACTIVE' });

/** What no stored subscription has. An update may ask for it, and is then refused. */
const unsupportedAbsent = {
  enableExactlyOnceDelivery: false,
  bigqueryConfig: null,
  bigtableConfig: null,
  cloudStorageConfig: null,
  messageTransforms: [],
};
