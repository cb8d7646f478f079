import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { acknowledgeAll, modifyDeadlines } from './acknowledge';
import type { ActiveSubscription } from './active-subscription';
import { alreadyExists, notFound } from './errors';
import { unary, withUnimplemented } from './grpc';
import type { Subscription } from './model';
import { checkName, checkProject, projectOf } from './names';
import { pageOf } from './paging';
import { pullOnce } from './pull';
import * as requests from './requests';
import type { Store } from './store';
import { streamingPullHandler } from './streaming-pull';
import { checkedSubscription, checkPushEndpoint } from './subscription-checks';
import { changedFields } from './update-mask';

/** The calls of google.pubsub.v1.Subscriber. */
export const subscriberHandlers = (
  service: ServiceDefinition,
  store: Store,
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
    CreateSubscription: unary(log, requests.subscriptionRequest, (request) => {
      checkName(request.name, 'subscriptions');
      checkName(request.topic, 'topics', 'topic');
      const subscription = checkedSubscription(request, shortestAckDeadlineSeconds);
      if (!store.topics.has(request.topic)) throw notFound(request.topic);
      if (store.subscriptions.has(request.name)) throw alreadyExists(request.name);
      return put(subscription);
    }),

    GetSubscription: unary(log, requests.subscriptionName, ({ subscription }) =>
      reply(subscriptionNamed(subscription).resource),
    ),

    UpdateSubscription: unary(log, requests.updateSubscription, ({ subscription, updateMask }) => {
      const existing = subscriptionNamed(subscription?.name ?? '').resource;
      const fields = changedFields(subscription ?? {}, updateMask?.paths, ['name', 'topic']);
      const request = { ...unsupportedAbsent, ...existing, ...fields };
      return put(checkedSubscription(request, shortestAckDeadlineSeconds));
    }),

    ListSubscriptions: unary(log, requests.listOfProject, ({ project, ...page }) => {
      checkProject(project);
      const own = [...store.subscriptions.values()]
        .map(({ resource }) => resource)
        .filter(({ name }) => projectOf(name) === project);
      const { page: found, nextPageToken } = pageOf(own, ({ name }) => name, page);
      return { subscriptions: found.map(reply), nextPageToken };
    }),

    DeleteSubscription: unary(log, requests.subscriptionName, async ({ subscription }) => {
      const { name } = subscriptionNamed(subscription).resource;
      await store.change({ record: 'subscription-deleted', name });
      return {};
    }),

    ModifyPushConfig: unary(log, requests.modifyPushConfig, async ({ subscription, pushConfig }) => {
      const { resource } = subscriptionNamed(subscription);
      checkPushEndpoint(pushConfig?.pushEndpoint ?? '');
      await put({ ...resource, pushConfig });
      return {};
    }),

    Acknowledge: unary(log, requests.acknowledge, ({ subscription, ackIds }) => {
      acknowledgeAll(subscriptionNamed(subscription).queue, ackIds);
      return {};
    }),

    ModifyAckDeadline: unary(
      log,
      requests.modifyAckDeadline,
      ({ subscription, ackIds, ackDeadlineSeconds }) => {
        modifyDeadlines(subscriptionNamed(subscription).queue, ackIds, () => ackDeadlineSeconds);
        return {};
      },
    ),

    Pull: unary(log, requests.pull, async (request, call) => ({
      receivedMessages: await pullOnce(subscriptionNamed(request.subscription), request, call),
    })),

    StreamingPull: streamingPullHandler(subscriptionNamed, shortestAckDeadlineSeconds, log),
  });
};

const reply = (subscription: Subscription): object => ({ ...subscription, state: 'ACTIVE' });

/** What a stored subscription cannot have; an update may still ask for it, and is refused. */
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
