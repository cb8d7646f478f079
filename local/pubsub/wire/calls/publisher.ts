import { alreadyExists, notFound, unimplemented } from '../../pubsub-error';
import { checkName, checkProjectName, projectOf } from '../../resource-names';
import { type Topic, topicSchema } from '../../resources';
import type { PubSubStore } from '../../store/pubsub-store';
import { type UnaryHandlers, unary } from '../grpc-call';
import { changedFields, listPage } from './list-and-update';
import type { Publish } from './publish';
import * as requests from './request-schemas';
import { checkRetention } from './subscription-checks';

/** The calls of google.pubsub.v1.Publisher. */
export const publisherHandlers = (store: PubSubStore, publish: Publish): UnaryHandlers => {
  const topicNamed = (name: string): Topic => {
    checkName(name, 'topics', 'topic');
    const topic = store.topics.get(name);
    if (!topic) throw notFound(name);
    return topic;
  };

  const putTopic = async (topic: Topic): Promise<object> => {
    await store.change({ record: 'topic', topic });
    return { ...topic, state: 'ACTIVE' };
  };

  return {
    CreateTopic: unary(requests.createTopicRequestSchema, (request) => {
      checkName(request.name, 'topics');
      if (store.topics.has(request.name)) throw alreadyExists(request.name);
      return putTopic(supportedTopic(request));
    }),

    UpdateTopic: unary(requests.updateTopicRequestSchema, ({ topic, updateMask }) => {
      const existing = topicNamed(topic?.name ?? '');
      const asked = topic ? supportedTopic(topic) : existing;
      return putTopic({ ...existing, ...changedFields(asked, updateMask?.paths, ['name']) });
    }),

    GetTopic: unary(requests.topicNameRequestSchema, ({ topic }) => ({
      ...topicNamed(topic),
      state: 'ACTIVE',
    })),

    ListTopics: unary(requests.listOfProjectRequestSchema, ({ project, ...page }) => {
      checkProjectName(project);
      const own = [...store.topics.values()].filter(({ name }) => projectOf(name) === project);
      const { page: topics, nextPageToken } = listPage(own, ({ name }) => name, page);
      return { topics, nextPageToken };
    }),

    ListTopicSubscriptions: unary(requests.listOfTopicRequestSchema, ({ topic, ...page }) => {
      const names = store.subscriptionsOf(topicNamed(topic).name).map(({ resource }) => resource.name);
      const { page: subscriptions, nextPageToken } = listPage(names, (name) => name, page);
      return { subscriptions, nextPageToken };
    }),

    DeleteTopic: unary(requests.topicNameRequestSchema, async ({ topic }) => {
      await store.change({ record: 'topic-deleted', name: topicNamed(topic).name });
      return {};
    }),

    ListTopicSnapshots: unary(requests.listOfTopicRequestSchema, ({ topic, ...page }) => {
      const names = store.snapshots.ofTopic(topicNamed(topic).name).map(({ resource }) => resource.name);
      const { page: snapshots, nextPageToken } = listPage(names, (name) => name, page);
      return { snapshots, nextPageToken };
    }),

    DetachSubscription: unary(requests.subscriptionNameRequestSchema, async ({ subscription: name }) => {
      checkName(name, 'subscriptions', 'subscription');
      const subscription = store.subscriptions.get(name);
      if (!subscription) throw notFound(name);
      await store.change({
        record: 'subscription',
        subscription: { ...subscription.resource, detached: true },
      });
      return {};
    }),

    Publish: unary(requests.publishRequestSchema, publish),
  };
};

const supportedTopic = (request: requests.CreateTopicRequest): Topic => {
  if (request.schemaSettings) throw unimplemented('A schema for a topic');
  if (request.ingestionDataSourceSettings) throw unimplemented('Ingestion into a topic');
  if (request.messageTransforms.length > 0) throw unimplemented('Message transforms');
  if (request.messageRetentionDuration) checkRetention(request.messageRetentionDuration);
  return topicSchema.parse(request);
};
