import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { acknowledgeAll, modifyDeadlines } from '../delivery/acknowledge';
import type { ActiveSubscription } from '../delivery/active-subscription';
import { pullOnce } from '../delivery/pull';
import { streamingPullHandler } from '../delivery/streaming-pull';
import { alreadyExists, notFound } from '../pubsub-error';
import { checkName, checkProjectName, projectOf } from '../resource-names';
import type { Subscription } from '../resources';
import type { PubSubStore } from '../store/pubsub-store';
import { unary, withUnimplemented } from './grpc-call';
import { changedFields, listPage } from './list-and-update';
import * as requests from './request-schemas';
import { checkedSubscription, checkPushEndpoint } from './subscription-checks';

/** The calls of google.pubsub.v1.Subscriber. */
export const subscriberHandlers = (
  service: ServiceDefinition,
  store: PubSubStore,
  log: (line: string) => void,
  shortestAckDeadlineSeconds: number,
): UntypedServiceImplementation => {
  const subscriptionNamed = (name: string): ActiveSubscription => {
    checkName(name, 'subscriptions', 'subscription');
    const subscription = store.subscriptions.get(name);
    if (!subscription) throw notFound(name);
    return subscription;
  };

  const put = async (subscription: Subscription): Promise<object> => {
    await store.change({ record: 'subscription', subscription });
    return reply(subscription);
  };

  return withUnimplemented(service, {
    CreateSubscription: unary(log, requests.createSubscriptionRequestSchema, (request) => {
      checkName(request.name, 'subscriptions');
      checkName(request.topic, 'topics', 'topic');
      const subscription = checkedSubscription(request, shortestAckDeadlineSeconds);
      if (!store.topics.has(request.topic)) throw notFound(request.topic);
      if (store.subscriptions.has(request.name)) throw alreadyExists(request.name);
      return put(subscription);
    }),

    GetSubscription: unary(log, requests.subscriptionNameRequestSchema, ({ subscription }) =>
      reply(subscriptionNamed(subscription).resource),
    ),

    UpdateSubscription: unary(
      log,
      requests.updateSubscriptionRequestSchema,
      ({ subscription, updateMask }) => {
        const existing = subscriptionNamed(subscription?.name ?? '').resource;
        const fields = changedFields(subscription ?? {}, updateMask?.paths, ['name', 'topic']);
        const request = { ...unsupportedAbsent, ...existing, ...fields };
        return put(checkedSubscription(request, shortestAckDeadlineSeconds));
      },
    ),

    ListSubscriptions: unary(log, requests.listOfProjectRequestSchema, ({ project, ...page }) => {
      checkProjectName(project);
      const own = [...store.subscriptions.values()]
        .map(({ resource }) => resource)
        .filter(({ name }) => projectOf(name) === project);
      const { page: found, nextPageToken } = listPage(own, ({ name }) => name, page);
      return { subscriptions: found.map(reply), nextPageToken };
    }),

    DeleteSubscription: unary(log, requests.subscriptionNameRequestSchema, async ({ subscription }) => {
      const { name } = subscriptionNamed(subscription).resource;
      await store.change({ record: 'subscription-deleted', name });
      return {};
    }),

    ModifyPushConfig: unary(
      log,
      requests.modifyPushConfigRequestSchema,
      async ({ subscription, pushConfig }) => {
        const { resource } = subscriptionNamed(subscription);
        checkPushEndpoint(pushConfig?.pushEndpoint ?? '');
        await put({ ...resource, pushConfig });
        return {};
      },
    ),

    Acknowledge: unary(log, requests.acknowledgeRequestSchema, ({ subscription, ackIds }) => {
      acknowledgeAll(subscriptionNamed(subscription).queue, ackIds);
      return {};
    }),

    ModifyAckDeadline: unary(
      log,
      requests.modifyAckDeadlineRequestSchema,
      ({ subscription, ackIds, ackDeadlineSeconds }) => {
        modifyDeadlines(subscriptionNamed(subscription).queue, ackIds, () => ackDeadlineSeconds);
        return {};
      },
    ),

    Pull: unary(log, requests.pullRequestSchema, async (request, call) => ({
      receivedMessages: await pullOnce(subscriptionNamed(request.subscription), request, call),
    })),

    StreamingPull: streamingPullHandler(subscriptionNamed, shortestAckDeadlineSeconds, log),
  });
};

const reply = (subscription: Subscription): object => ({ ...subscription, state: 'ACTIVE' });

/** What no stored subscription has. An update may ask for it, and is then refused. */
const unsupportedAbsent = {
  enableMessageOrdering: false,
  enableExactlyOnceDelivery: false,
  filter: '',
  retainAckedMessages: false,
  bigqueryConfig: null,
  bigtableConfig: null,
  cloudStorageConfig: null,
  messageTransforms: [],
};
