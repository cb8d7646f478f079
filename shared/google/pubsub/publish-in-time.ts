import type { BigQuery } from '@google-cloud/bigquery';
import { retrying } from '../../support/retry';
import { within } from '../../support/time-limits';
import { inSpan } from '../../telemetry/telemetry';
import { isRetryable } from '../bigquery/failures';
import { createPublishMessages, type PubSubMessage } from './publish-messages';

/**
 * Publishes messages by one request, which is made again where it is not answered: so they may come twice. Resolves
 * once Pub/Sub has them all; throws its error, after 5 s at the latest: then it may have them or not.
 * @param messagesOf makes them inside the span of publishing, so that they carry its trace
 */
export type PublishInTime = (messagesOf: () => readonly PubSubMessage[]) => Promise<void>;

const longestPublishMs = 5_000;
const policy = { budgetMs: longestPublishMs, initialBackoffMs: 100, maximumBackoffMs: 1_000, isRetryable };

export function createPublishInTime(topicName: string, client?: BigQuery): PublishInTime {
  const publishMessages = createPublishMessages(client);
  const span = { 'messaging.system': 'gcp_pubsub', 'messaging.destination.name': topicName };
  return (messagesOf) =>
    inSpan(`send ${topicName}`, 'producer', span, async () => {
      const messages = messagesOf();
      const published = retrying(policy, () => publishMessages(topicName, messages));
      await within(longestPublishMs, 'Pub/Sub', published);
    });
}
