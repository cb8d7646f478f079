import { notFound } from './errors';
import { checkName } from './names';
import { checkMessages } from './publish-checks';
import type { PublishRequest } from './requests';
import type { Store } from './store';

/** Resolves once the messages are kept. Rejects with a PubSubError, or where they cannot be. */
export type Publish = (request: PublishRequest) => Promise<{ messageIds: string[] }>;

export const createPublish =
  (store: Store): Publish =>
  async ({ topic, messages }) => {
    checkName(topic, 'topics', 'topic');
    if (!store.topics.has(topic)) throw notFound(topic);
    checkMessages(messages);
    const messageIds = store.publish(topic, messages);
    await store.commit();
    return { messageIds };
  };
