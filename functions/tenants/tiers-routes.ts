import { type AdminAuthentication, requireAdmin } from '../../shared/http/authorize';
import { expectNoQuery } from '../../shared/http/parse';
import type { Route } from '../../shared/http/route';
import { alertPercentsOfTier } from '../../shared/runs/rules/quota-alerts';
import type { TierQuotas } from '../../shared/tenants/rules/quotas';

export interface TiersDependencies extends AdminAuthentication {
  readonly tiers: Readonly<Record<string, TierQuotas>>;
}

/** What each tier gives, in the order of the deployment's own file. Nothing is asked of BigQuery. */
export function tiersRoutes(deps: TiersDependencies): readonly Route[] {
  const tiers = Object.entries(deps.tiers).map(([tier, given]) => ({
    tier,
    max_pipelines_per_month: given.max_pipelines_per_month,
    max_concurrent_pipelines: given.max_concurrent_pipelines,
    max_bytes_billed_per_month: given.max_bytes_billed_per_month,
    max_queued_pipelines: given.max_queued_pipelines,
    alert_at_percent: alertPercentsOfTier(given),
  }));
  return [
    {
      operation: 'listTiers',
      method: 'GET',
      path: '/api/v1/tiers',
      handle: async (request) => {
        await requireAdmin(deps, request);
        expectNoQuery(request);
        return { status: 200, body: { tiers } };
      },
    },
  ];
}
