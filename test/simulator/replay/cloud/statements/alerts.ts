import { alertKey, alertPercentsOf, type QuotaAlert } from '../../../../../shared/runs/rules/quota-alerts';
import { announceAlerts } from '../../../../../shared/sql/runs/announce-alerts';
import { modelOf } from '../statement-model';
import { dateOf, monthStart, type TenantRecord } from '../tables';

/** The entries that a write adds by which more of a quota is used. */
export function crossedAlerts(
  tenant: TenantRecord,
  crossing: {
    readonly quota: QuotaAlert['quota'];
    readonly limit: number | null;
    readonly before: number;
    readonly after: number;
    readonly resetDate: string;
    readonly now: Date;
    readonly at: (reached: number) => Pick<QuotaAlert, 'used' | 'run_id'>;
  },
): readonly QuotaAlert[] {
  const { quota, limit, before, after, resetDate, now, at } = crossing;
  if (limit === null) return [];
  const month = dateOf(monthStart(resetDate));
  const known = new Set(tenant.quota_alerts.map(alertKey));
  return alertPercentsOf(tenant.alert_at_percent)
    .toSorted((one, other) => one - other)
    .flatMap((percent) => {
      const reached = Math.ceil((percent * limit) / 100);
      if (reached <= before || reached > after) return [];
      const facts = { month, percent, quota_limit: limit, reached_at: now, announced_at: null };
      return [{ quota, ...facts, ...at(reached) }];
    })
    .filter((alert) => !known.has(alertKey(alert)));
}

export const alertModels = [
  modelOf(announceAlerts, {
    change(tables, { tenant_id, onboarding_id, now, alerts }) {
      const { tenant } = tables;
      if (tenant?.tenant_id !== tenant_id || now === null) return 0;
      if ((tenant.onboarding_id ?? '') !== onboarding_id) return 0;
      const month = dateOf(monthStart(tenant.quota_reset_date));
      const told = new Set(alerts);
      tables.tenant = {
        ...tenant,
        quota_alerts: tenant.quota_alerts
          .map((alert) =>
            told.has(alertKey(alert)) ? { ...alert, announced_at: alert.announced_at ?? now } : alert,
          )
          .filter(({ month: of, announced_at }) => of >= month || announced_at === null),
        updated_at: now,
      };
      return 1;
    },
  }),
];
