import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { alreadyExists, notFound, unimplemented } from './errors';
import { unary, withUnimplemented } from './grpc';
import { type Topic, topicSchema } from './model';
import { checkName, checkProject, projectOf } from './names';
import { pageOf } from './paging';
import type { Publish } from './publish';
import * as requests from './requests';
import type { Store } from './store';
import { changedFields } from './update-mask';

/** The calls of google.pubsub.v1.Publisher. */
export const publisherHandlers = (
  service: ServiceDefinition,
  store: Store,
  publish: Publish,
  log: (line: string) => void,
): UntypedServiceImplementation => {
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

  return withUnimplemented(service, {
    CreateTopic: unary(log, requests.topicRequest, (request) => {
      checkName(request.name, 'topics');
      if (store.topics.has(request.name)) throw alreadyExists(request.name);
      return putTopic(supportedTopic(request));
    }),

    UpdateTopic: unary(log, requests.updateTopic, ({ topic, updateMask }) => {
      const existing = topicNamed(topic?.name ?? '');
      const asked = topic ? supportedTopic(topic) : existing;
      return putTopic({ ...existing, ...changedFields(asked, updateMask?.paths, ['name']) });
    }),

    GetTopic: unary(log, requests.topicName, ({ topic }) => ({ ...topicNamed(topic), state: 'ACTIVE' })),

    ListTopics: unary(log, requests.listOfProject, ({ project, ...page }) => {
      checkProject(project);
      const own = [...store.topics.values()].filter(({ name }) => projectOf(name) === project);
      const { page: topics, nextPageToken } = pageOf(own, ({ name }) => name, page);
      return { topics, nextPageToken };
    }),

    ListTopicSubscriptions: unary(log, requests.listOfTopic, ({ topic, ...page }) => {
      const names = store.of(topicNamed(topic).name).map(({ resource }) => resource.name);
      const { page: subscriptions, nextPageToken } = pageOf(names, (name) => name, page);
      return { subscriptions, nextPageToken };
    }),

    DeleteTopic: unary(log, requests.topicName, async ({ topic }) => {
      await store.change({ record: 'topic-deleted', name: topicNamed(topic).name });
      return {};
    }),

    Publish: unary(log, requests.publishRequest, publish),
  });
};

const supportedTopic = (request: requests.TopicRequest): Topic => {
  if (request.schemaSettings) throw unimplemented('A schema for a topic');
  if (request.ingestionDataSourceSettings) throw unimplemented('Ingestion into a topic');
  if (request.messageTransforms.length > 0) throw unimplemented('Message transforms');
  return topicSchema.parse(request);
};
