import type { BigQuery } from '@google-cloud/bigquery';
import { retrying } from '../../support/retry';
import { within } from '../../support/time-limits';
import { traceAttributes } from '../../telemetry/context';
import { inSpan } from '../../telemetry/telemetry';
import type { DeliveryMessage } from '../../webhooks/rules/delivery-message';
import { isRetryable } from '../bigquery/failures';
import { createPublishMessages, messageData } from './publish-messages';

/**
 * Lets events be delivered to webhooks. Resolves once Pub/Sub has all of the messages; throws its error, after 5 s at
 * the latest. A message that is not answered is sent again, so it may come twice: the receiver knows it by its id.
 */
export type PublishDeliveries = (messages: readonly DeliveryMessage[]) => Promise<void>;

const longestPublishMs = 5_000;
const policy = { budgetMs: longestPublishMs, initialBackoffMs: 100, maximumBackoffMs: 1_000, isRetryable };

export function createPublishDeliveries(topicName: string, client?: BigQuery): PublishDeliveries {
  const publishMessages = createPublishMessages(client);
  const span = { 'messaging.system': 'gcp_pubsub', 'messaging.destination.name': topicName };
  return (messages) =>
    inSpan(`send ${topicName}`, 'producer', span, async () => {
      if (messages.length === 0) return;
      const sent = messages.map((message) => ({
        data: messageData(message),
        attributes: { tenant_id: message.tenant_id, webhook_id: message.webhook_id, ...traceAttributes() },
      }));
      await within(
        longestPublishMs,
        'Pub/Sub',
        retrying(policy, () => publishMessages(topicName, sent)),
      );
    });
}
