import type { TenantEvent } from '../definitions/schemas/event-schemas';
import type { PublishTenantEvents } from '../google/pubsub/publish-tenant-events';
import type { Log } from '../log';
import { within } from '../support/time-limits';

/**
 * Publishes events of what was decided. Never throws, and holds up an answer for two seconds at most: what was
 * decided stands in any case. So an event can be missing; the log has a warning then.
 */
export type Announce = (...events: readonly TenantEvent[]) => Promise<void>;

const longestMs = 2_000;

export const createAnnounce =
  (publishEvents: PublishTenantEvents, log: Log): Announce =>
  async (...events) => {
    try {
      await within(longestMs, 'Pub/Sub', publishEvents(events));
    } catch (error) {
      for (const { type, subject, id } of events) {
        const fields = { tenant_id: subject, event_id: id, error };
        log('WARNING', `The event ${type} could not be published`, fields);
      }
    }
  };
