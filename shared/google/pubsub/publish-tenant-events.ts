import type { BigQuery } from '@google-cloud/bigquery';
import type { EventType } from '../../definitions/event-types';
import type { TenantEvent } from '../../definitions/schemas/event-schemas';
import { traceAttributes } from '../../telemetry/context';
import { createPublishInTime } from './publish-in-time';
import { messageData } from './publish-messages';

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
  const publish = createPublishInTime(topic, client);
  return async (events) => {
    const wanted = events.filter(({ type }) => types.length === 0 || types.includes(type));
    if (wanted.length === 0) return;
    await publish(() => {
      const trace = traceAttributes();
      return wanted.map((event) => ({
        data: messageData(event),
        attributes: {
          'content-type': 'application/cloudevents+json',
          type: event.type,
          tenant_id: event.subject,
          ...trace,
        },
      }));
    });
  };
}
