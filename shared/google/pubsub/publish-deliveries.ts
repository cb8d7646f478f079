import type { BigQuery } from '@google-cloud/bigquery';
import { traceAttributes } from '../../telemetry/context';
import type { DeliveryMessage } from '../../webhooks/rules/delivery-message';
import { createPublishInTime } from './publish-in-time';
import { messageData } from './publish-messages';

/**
 * Lets events be delivered to webhooks. Resolves once Pub/Sub has all of the messages; throws its error, after 5 s at
 * the latest. A message that is not answered is sent again, so it may come twice: the receiver knows it by its id.
 */
export type PublishDeliveries = (messages: readonly DeliveryMessage[]) => Promise<void>;

export function createPublishDeliveries(topicName: string, client?: BigQuery): PublishDeliveries {
  const publish = createPublishInTime(topicName, client);
  return async (messages) => {
    if (messages.length === 0) return;
    await publish(() =>
      messages.map((message) => ({
        data: messageData(message),
        attributes: { tenant_id: message.tenant_id, webhook_id: message.webhook_id, ...traceAttributes() },
      })),
    );
  };
}
