import type { QuotaChange, Tenant } from '../../client';
import { choicesOf, chosenQuota, type QuotaChoices, type QuotaName, quotaNames } from '../quotas/quotas';

/** Quotas and tier, as a form has them. */
export interface QuotaForm {
  readonly tier: string;
  readonly quotas: QuotaChoices;
  /** As it was typed: 80, 100 */
  readonly alerts: string;
}

export const quotaFormOf = ({ subscription_tier, quotas }: Tenant): QuotaForm => ({
  tier: subscription_tier,
  quotas: choicesOf(quotas),
  alerts: quotas.alert_at_percent.join(', '),
});

/** With another tier: each quota becomes the tier's own. */
export const withTier = (form: QuotaForm, tier: string, tenant: Tenant): QuotaForm =>
  tier === tenant.subscription_tier
    ? quotaFormOf(tenant)
    : {
        ...form,
        tier,
        quotas: {
          max_pipelines_per_month: asTier,
          max_concurrent_pipelines: asTier,
          max_bytes_billed_per_month: asTier,
          max_queued_pipelines: asTier,
        },
      };

const asTier = { kind: 'tier', text: '' } as const;

/** The numbers of a text such as `80, 100`. NaN where one is none. */
export const percentsOf = (text: string): readonly number[] =>
  text
    .split(/[\s,;%]+/)
    .filter((part) => part !== '')
    .map(Number);

/** What is wrong with percents as they were typed, by the interface's own rule; undefined: they can be sent. */
export function wrongPercents(text: string): string | undefined {
  const percents = percentsOf(text);
  const isRight =
    percents.length <= 10 &&
    new Set(percents).size === percents.length &&
    percents.every((percent) => Number.isInteger(percent) && percent >= 1 && percent <= 100);
  return isRight ? undefined : 'Ten whole numbers from 1 to 100 at most, each once';
}

/** What differs from what the tenant has. Empty: there is nothing to send. */
export function quotaChangeOf(form: QuotaForm, tenant: Tenant): QuotaChange {
  const isOtherTier = form.tier !== tenant.subscription_tier;
  const changed = (name: QuotaName): number | null | undefined => {
    const chosen = chosenQuota(name, form.quotas[name]);
    return !isOtherTier && chosen === tenant.quotas[name] ? undefined : chosen;
  };
  const [month, atOnce, billed, waiting] = quotaNames.map(changed);
  const alerts = percentsOf(form.alerts);
  const hasOtherAlerts = alerts.join() !== tenant.quotas.alert_at_percent.join();
  return {
    ...(isOtherTier && { subscription_tier: form.tier }),
    ...(month !== undefined && { max_pipelines_per_month: month }),
    ...(atOnce !== undefined && { max_concurrent_pipelines: atOnce }),
    ...(billed !== undefined && { max_bytes_billed_per_month: billed }),
    ...(waiting != null && { max_queued_pipelines: waiting }),
    ...(hasOtherAlerts && { alert_at_percent: alerts }),
  };
}
