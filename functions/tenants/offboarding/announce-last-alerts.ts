import type { ReadTenantState } from '../../../shared/google/bigquery/tables/read-tenant-state';
import type { Log } from '../../../shared/log';
import type { AnnounceAlerts } from '../../../shared/runs/announce-alerts';
import { within } from '../../../shared/support/time-limits';
import type { TenantLife } from '../../../shared/tenants/rules/tenant-events';

/**
 * Announces what was reached of the tenant's quotas and nobody has announced yet: with its dataset nobody can any more.
 * The look at it is free. Never throws, and takes four seconds at most, as other events are no reason to wait; the log
 * has a warning then.
 */
export type AnnounceLastAlerts = (life: TenantLife) => Promise<void>;

const longestMs = 4_000;

export const createAnnounceLastAlerts =
  (readTenantState: ReadTenantState, announceAlerts: AnnounceAlerts, log: Log): AnnounceLastAlerts =>
  async (life) => {
    const announceDue = async () => {
      const state = await readTenantState(life.tenant_id);
      const due = state?.quota_alerts.filter(({ announced_at }) => announced_at === null) ?? [];
      if (due.length > 0) await announceAlerts(life, due);
    };
    try {
      await within(longestMs, 'BigQuery', announceDue());
    } catch (error) {
      const text = 'What a tenant that goes has reached of its quotas could not be announced';
      log('WARNING', text, { tenant_id: life.tenant_id, error });
    }
  };
