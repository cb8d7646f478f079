import { PubSub } from '@google-cloud/pubsub';
import type { RunMessage } from '../../domain/run-message';

/** Resolves once Pub/Sub has the message. Throws Pub/Sub's error. */
export type PublishRun = (message: RunMessage) => Promise<void>;

/** Publishes at once: a function gets no CPU after its answer, so nothing may wait for a batch to fill. */
export function createPublishRun(topicName: string): PublishRun {
  const topic = new PubSub().topic(topicName, { batching: { maxMessages: 1 } });
  return async (message) => {
    await topic.publishMessage({
      json: message,
      attributes: { tenant_id: message.tenant_id, run_id: message.run_id },
    });
  };
}
