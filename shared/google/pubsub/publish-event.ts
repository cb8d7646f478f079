import type { PubSub, Topic } from '@google-cloud/pubsub';
import { within } from '../../support/time-limits';

export interface PublishedEvent {
  readonly attributes: Readonly<Record<string, string>>;
  readonly json: object;
}

/** Resolves once Pub/Sub has the event. Throws Pub/Sub's error, after 10 s at the latest. */
export type PublishEvent = (topic: string, event: PublishedEvent) => Promise<void>;

const longestPublishMs = 10_000;
const backoffSettings = {
  initialRetryDelayMillis: 100,
  retryDelayMultiplier: 2,
  maxRetryDelayMillis: 1_000,
  initialRpcTimeoutMillis: longestPublishMs,
  rpcTimeoutMultiplier: 1,
  maxRpcTimeoutMillis: longestPublishMs,
  totalTimeoutMillis: longestPublishMs,
};

/**
 * With gRPC and protocol buffers this is half of the worker's code, so it is loaded with the first event: few
 * runs have one.
 */
function loadPubSub(): PubSub {
  const loaded: typeof import('@google-cloud/pubsub') = require('@google-cloud/pubsub');
  return new loaded.PubSub();
}

/** Publishes to topics of the project, one call per event. */
export function createPublishEvent(createClient: () => PubSub = loadPubSub): PublishEvent {
  const topics = new Map<string, Topic>();
  let client: PubSub | undefined;
  const topicOf = (name: string): Topic => {
    const known = topics.get(name);
    if (known) return known;
    const batching = { maxMessages: 1 };
    client ??= createClient();
    const topic = client.topic(name, { batching, gaxOpts: { retry: { backoffSettings } } });
    topics.set(name, topic);
    return topic;
  };
  return async (topic, { attributes, json }) => {
    const published = topicOf(topic).publishMessage({ json, attributes: { ...attributes } });
    await within(longestPublishMs, 'Pub/Sub', published);
  };
}
