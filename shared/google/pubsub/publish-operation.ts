import type { BigQuery } from '@google-cloud/bigquery';
import type { OperationMessage } from '../../operations/rules/operation-identity';
import { retrying } from '../../support/retry';
import { within } from '../../support/time-limits';
import { traceAttributes } from '../../telemetry/context';
import { inSpan } from '../../telemetry/telemetry';
import { isRetryable } from '../bigquery/failures';
import { createPublishMessages, messageData } from './publish-messages';

/** Resolves once Pub/Sub has the message. Throws Pub/Sub's error, after 5 s at the latest. */
export type PublishOperation = (message: OperationMessage) => Promise<void>;

const longestPublishMs = 5_000;
const policy = { budgetMs: longestPublishMs, initialBackoffMs: 100, maximumBackoffMs: 1_000, isRetryable };

/** Publishes to the topic that has operations worked on. A message may come twice, which does no harm. */
export function createPublishOperation(topicName: string, client?: BigQuery): PublishOperation {
  const publishMessages = createPublishMessages(client);
  const span = { 'messaging.system': 'gcp_pubsub', 'messaging.destination.name': topicName };
  return (message) =>
    inSpan(`send ${topicName}`, 'producer', span, async () => {
      const { operation_id } = message;
      const sent = { data: messageData(message), attributes: { operation_id, ...traceAttributes() } };
      const published = retrying(policy, () => publishMessages(topicName, [sent]));
      await within(longestPublishMs, 'Pub/Sub', published);
    });
}
