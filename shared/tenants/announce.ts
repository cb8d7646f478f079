import type { TenantEvent } from '../definitions/schemas/event-schemas';
import type { PublishTenantEvents } from '../google/pubsub/publish-tenant-events';
import type { Log } from '../log';

/**
 * Publishes an event of what was decided. Never throws: what was decided stands in any case. So an event can be
 * missing; the log has a warning then.
 */
export type Announce = (event: TenantEvent) => Promise<void>;

export const createAnnounce =
  (publishEvents: PublishTenantEvents, log: Log): Announce =>
  async (event) => {
    try {
      await publishEvents([event]);
    } catch (error) {
      log('WARNING', `The event ${event.type} could not be published`, {
        tenant_id: event.subject,
        event_id: event.id,
        error,
      });
    }
  };
