import type { PublishTenantEvent } from '../../shared/google/pubsub/publish-tenant-event';
import type { Log } from '../../shared/log';
import { type NewTenant, tenantOnboarded } from '../../shared/tenants/rules/tenant-events';

/**
 * Publishes `tenant.onboarded`. Never throws: the tenant exists in any case, and an onboarding that failed now
 * could not be repeated. So an event can be missing; the log has a warning then.
 */
export type AnnounceTenant = (tenant: NewTenant) => Promise<void>;

export const createAnnounceTenant =
  (publishEvent: PublishTenantEvent, log: Log): AnnounceTenant =>
  async (tenant) => {
    try {
      await publishEvent(tenantOnboarded(tenant));
    } catch (error) {
      log('WARNING', 'The event tenant.onboarded could not be published', {
        tenant_id: tenant.tenant_id,
        error,
      });
    }
  };
