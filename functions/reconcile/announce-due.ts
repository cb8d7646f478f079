import type { TenantState } from '../../shared/google/bigquery/tables/read-tenant-state';
import type { AnnounceAlerts } from '../../shared/runs/announce-alerts';
import type { QuotaAlert } from '../../shared/runs/rules/quota-alerts';
import type { ReconcileRule } from '../../shared/runs/rules/run-times';
import { retrying } from '../../shared/support/retry';
import { retryPolicy } from './record-settled';

export interface AnnounceDependencies {
  readonly announceAlerts: AnnounceAlerts;
  readonly rule: ReconcileRule;
}

/**
 * Announces what was reached of the tenant's monthly quotas, where nobody has in time: the worker of the run that
 * reached it, or nobody could, because what BigQuery bills is counted when a run is over.
 */
export async function announceDue(
  tenantId: string,
  { onboarding_id, quota_alerts }: TenantState,
  now: Date,
  { announceAlerts, rule }: AnnounceDependencies,
): Promise<void> {
  // One of the future says that clocks differ: it must not wait until they agree.
  const isDue = ({ announced_at, reached_at }: QuotaAlert) =>
    announced_at === null && Math.abs(now.getTime() - reached_at.getTime()) >= rule.startGraceMs;
  const due = quota_alerts.filter(isDue);
  if (due.length === 0) return;
  await retrying(retryPolicy, () => announceAlerts({ tenant_id: tenantId, onboarding_id }, due));
}
