import { PubSub } from '@google-cloud/pubsub';
import type { RunMessage } from '../../domain/run-message';
import { within } from '../../within';

/** Resolves once Pub/Sub has the message. Throws Pub/Sub's error, after 5 s at the latest. */
export type PublishRun = (message: RunMessage) => Promise<void>;

/** The client itself goes on for ten minutes, which no caller can wait; a message that arrives later does no harm. */
const longestPublishMs = 5_000;

/** Publishes at once: a function gets no CPU after its answer, so nothing may wait for a batch to fill. */
export function createPublishRun(topicName: string): PublishRun {
  const topic = new PubSub().topic(topicName, { batching: { maxMessages: 1 } });
  return async (message) => {
    const { tenant_id, run_id } = message;
    const published = topic.publishMessage({ json: message, attributes: { tenant_id, run_id } });
    await within(longestPublishMs, 'Pub/Sub', published);
  };
}
