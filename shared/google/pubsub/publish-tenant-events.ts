import type { BigQuery } from '@google-cloud/bigquery';
import type { EventType } from '../../definitions/event-types';
import type { TenantEvent } from '../../definitions/schemas/event-schemas';
import { retrying } from '../../support/retry';
import { within } from '../../support/time-limits';
import { traceAttributes } from '../../telemetry/context';
import { inSpan } from '../../telemetry/telemetry';
import { isRetryable } from '../bigquery/failures';
import { createPublishMessages, messageData } from './publish-messages';

/**
 * Resolves once Pub/Sub has the events, 1,000 at most, by one request. Throws Pub/Sub's error, after 5 s at the
 * latest; then it may have them or not.
 */
export type PublishTenantEvents = (events: readonly TenantEvent[]) => Promise<void>;

export interface EventSettings {
  readonly topic: string;
  /** The types that are published; none: all of them. */
  readonly types: readonly EventType[];
}

const longestPublishMs = 5_000;
const policy = { budgetMs: longestPublishMs, initialBackoffMs: 100, maximumBackoffMs: 1_000, isRetryable };

/**
 * Publishes CloudEvents in structured form: a message's data is the whole event. Its type and tenant are
 * attributes, too, for the filters of subscriptions. What is not answered is sent again, so an event may come
 * twice, with the same id. Without settings nothing is published.
 * https://github.com/cloudevents/spec/blob/main/cloudevents/formats/json-format.md
 */
export function createPublishTenantEvents(
  settings: EventSettings | undefined,
  client?: BigQuery,
): PublishTenantEvents {
  if (settings === undefined) return async () => undefined;
  const { topic, types } = settings;
  const publishMessages = createPublishMessages(client);
  const span = { 'messaging.system': 'gcp_pubsub', 'messaging.destination.name': topic };
  return async (events) => {
    const wanted = events.filter(({ type }) => types.length === 0 || types.includes(type));
    if (wanted.length === 0) return;
    await inSpan(`send ${topic}`, 'producer', span, async () => {
      const trace = traceAttributes();
      const messages = wanted.map((event) => ({
        data: messageData(event),
        attributes: {
          'content-type': 'application/cloudevents+json',
          type: event.type,
          tenant_id: event.subject,
          ...trace,
        },
      }));
      const published = retrying(policy, () => publishMessages(topic, messages));
      await within(longestPublishMs, 'Pub/Sub', published);
    });
  };
}
