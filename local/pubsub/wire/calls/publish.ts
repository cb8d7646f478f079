import { invalidArgument, notFound } from '../../pubsub-error';
import { checkName } from '../../resource-names';
import type { NewMessage } from '../../resources';
import type { PubSubStore } from '../../store/pubsub-store';
import type { PublishRequest } from './request-schemas';

/**
 * Resolves once the messages are kept. Rejects with a PubSubError, or when they cannot be written to disk.
 */
export type Publish = (request: PublishRequest) => Promise<{ messageIds: string[] }>;

/** https://cloud.google.com/pubsub/quotas#resource_limits */
const limits = {
  messages: 1000,
  requestBytes: 10_000_000,
  attributes: 100,
  keyBytes: 256,
  valueBytes: 1024,
  orderingKeyBytes: 1024,
};

/** Publishing as both gRPC and REST offer it. */
export const createPublish =
  (store: PubSubStore): Publish =>
  async ({ topic, messages }) => {
    checkName(topic, 'topics', 'topic');
    if (!store.topics.has(topic)) throw notFound(topic);
    checkMessages(messages);
    const messageIds = store.publish(topic, messages);
    await store.commit();
    return { messageIds };
  };

/** @throws PubSubError INVALID_ARGUMENT for what real Pub/Sub refuses to publish */
const checkMessages = (messages: NewMessage[]): void => {
  if (messages.length === 0) throw outOfRange('message_count', 'small', 0, 1);
  if (messages.length > limits.messages) {
    throw outOfRange('message_count', 'large', messages.length, limits.messages);
  }
  let size = 0;
  for (const message of messages) size += checkMessage(message);
  if (size > limits.requestBytes) throw outOfRange('request_size', 'large', size, limits.requestBytes);
};

/** Returns the message's size in bytes. */
const checkMessage = ({ data, attributes, orderingKey }: NewMessage): number => {
  const entries = Object.entries(attributes);
  if (data.length === 0 && entries.length === 0) {
    throw invalidArgument(
      'One or more messages in the publish request is empty. Each message must contain either non-empty data, or at least one attribute.',
    );
  }
  if (entries.length > limits.attributes) {
    throw outOfRange('attribute_count', 'large', entries.length, limits.attributes);
  }
  checkSize('ordering_key_size', orderingKey, limits.orderingKeyBytes);
  let size = data.length;
  for (const [key, value] of entries) {
    if (key === '' || key.startsWith('goog')) {
      throw invalidArgument(
        `Invalid attribute key given (key=${key}); it must not be empty or begin with goog.`,
      );
    }
    size += checkSize('attribute_key_size', key, limits.keyBytes);
    size += checkSize('attribute_value_size', value, limits.valueBytes);
  }
  return size;
};

const checkSize = (what: string, text: string, limit: number): number => {
  const size = Buffer.byteLength(text);
  if (size > limit) throw outOfRange(what, 'large', size, limit);
  return size;
};

const outOfRange = (what: string, much: 'small' | 'large', given: number, limit: number) =>
  invalidArgument(
    `The value for ${what} is too ${much}. You passed ${given} in the request, but the ` +
      `${much === 'small' ? 'minimum' : 'maximum'} value is ${limit}.`,
  );
