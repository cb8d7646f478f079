import type { RunStatement } from '../google/bigquery/statements/run-statement';
import type { PublishTenantEvents } from '../google/pubsub/publish-tenant-events';
import { announceAlerts } from '../sql/runs/announce-alerts';
import { quotaThreshold, type TenantLife } from '../tenants/rules/tenant-events';
import { alertKey, type QuotaAlert } from './rules/quota-alerts';

/**
 * Publishes `quota.threshold` for each of these entries of the tenant row, and then marks them as announced: one
 * statement, twice a month for most tenants. Throws where one of the two has failed; reconcile does it again, and
 * publishes the same events.
 */
export type AnnounceAlerts = (life: TenantLife, alerts: readonly QuotaAlert[]) => Promise<void>;

/** In milliseconds. */
const statementMs = 8_000;

export const createAnnounceAlerts =
  (deps: {
    readonly publishEvents: PublishTenantEvents;
    readonly runStatement: RunStatement;
    readonly now: () => Date;
  }): AnnounceAlerts =>
  async (life, alerts) => {
    await deps.publishEvents(alerts.map((alert) => quotaThreshold(life, alert)));
    const parameters = {
      tenant_id: life.tenant_id,
      onboarding_id: life.onboarding_id ?? '',
      now: deps.now(),
      alerts: alerts.map(alertKey),
    };
    await deps.runStatement(life.tenant_id, announceAlerts, parameters, { timeoutMs: statementMs });
  };
