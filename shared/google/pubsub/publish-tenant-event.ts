import type { BigQuery } from '@google-cloud/bigquery';
import type { TenantEvent } from '../../definitions/schemas/event-schemas';
import { retrying } from '../../support/retry';
import { within } from '../../support/time-limits';
import { traceAttributes } from '../../telemetry/context';
import { inSpan } from '../../telemetry/telemetry';
import { isRetryable } from '../bigquery/failures';
import { createPublishMessages, messageData } from './publish-messages';

/** Resolves once Pub/Sub has the event. Throws Pub/Sub's error, after 5 s at the latest. */
export type PublishTenantEvent = (event: TenantEvent) => Promise<void>;

const longestPublishMs = 5_000;
const policy = { budgetMs: longestPublishMs, initialBackoffMs: 100, maximumBackoffMs: 1_000, isRetryable };

/**
 * Publishes CloudEvents in structured form: a message's data is the whole event. Its type and tenant are
 * attributes, too, for the filters of subscriptions. One that is not answered is sent again, so it may come
 * twice, with the same id.
 * https://github.com/cloudevents/spec/blob/main/cloudevents/formats/json-format.md
 */
export function createPublishTenantEvent(topicName: string, client?: BigQuery): PublishTenantEvent {
  const publishMessages = createPublishMessages(client);
  const span = { 'messaging.system': 'gcp_pubsub', 'messaging.destination.name': topicName };
  return (event) =>
    inSpan(`send ${topicName}`, 'producer', span, async () => {
      const message = {
        data: messageData(event),
        attributes: {
          'content-type': 'application/cloudevents+json',
          type: event.type,
          tenant_id: event.subject,
          ...traceAttributes(),
        },
      };
      const published = retrying(policy, () => publishMessages(topicName, [message]));
      await within(longestPublishMs, 'Pub/Sub', published);
    });
}
