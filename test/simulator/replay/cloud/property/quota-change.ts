import type { StatementParameters } from '../../../../../shared/sql/define-statement';
import type { changeQuotas } from '../../../../../shared/sql/tenants/change-quotas';
import type { ModelledCall } from './calls';

/** All that a change of quotas may ask for, by the two numbers of the call. */
export const quotaChangeOf = (
  call: ModelledCall & { kind: 'quotas' },
  {
    tenant_id,
    now,
    onboardingId,
  }: { readonly tenant_id: string; readonly now: Date; readonly onboardingId: string },
): StatementParameters<typeof changeQuotas> => ({
  tenant_id,
  now,
  // The same id comes again now and then: then nothing is changed.
  change_id: `${call.monthly}-${call.concurrent}`,
  takes_any_version: call.concurrent !== 1,
  versions: [1, 2, 3].map((version) => `${onboardingId}-${version}`),
  subscription_tier: call.monthly === 1 ? 'FREE' : null,
  sets_monthly: true,
  keeps_monthly: call.concurrent === 2,
  max_pipelines_per_month: call.monthly,
  sets_concurrent: call.monthly !== null,
  keeps_concurrent: call.concurrent === 2,
  max_concurrent_pipelines: call.concurrent,
  sets_bytes: call.monthly !== null,
  keeps_bytes: call.monthly === 2,
  max_bytes_billed_per_month: call.concurrent === null ? null : call.concurrent * 20,
  sets_queued: call.concurrent !== null,
  keeps_queued: call.monthly === 2,
  max_queued_pipelines: call.concurrent,
  sets_alerts: call.monthly === 4,
  alert_at_percent: [10, 50, 75, 100],
  tiers: [
    {
      name: 'FREE',
      max_pipelines_per_month: 2,
      max_concurrent_pipelines: null,
      max_bytes_billed_per_month: null,
      max_queued_pipelines: 0,
    },
  ],
});
