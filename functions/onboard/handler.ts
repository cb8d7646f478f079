import { type AdminAuthentication, requireAdmin } from '../../shared/http/authorize';
import { expectNoQuery, parseRequest } from '../../shared/http/parse';
import type { Route } from '../../shared/http/route';
import type { Clock } from '../../shared/support/clock';
import { within } from '../../shared/support/time-limits';
import { labelRequest } from '../../shared/telemetry/context';
import type { Announce } from '../../shared/tenants/announce';
import { tenantOnboarded } from '../../shared/tenants/rules/tenant-events';
import type { DryRun } from './dry-run';
import {
  type OnboardDependencies,
  type OnboardedTenant,
  type Onboarding,
  onboardingSchema,
  onboardTenant,
} from './onboard-tenant';
import { createOnboardingTime } from './onboarding-time';

/** How much of a call's time the onboarding may take, and how much there is at least to try the tenant. */
const shareOfOnboarding = 0.8;
const shareOfEnd = 0.12;

export interface OnboardHandlerDependencies extends OnboardDependencies, AdminAuthentication {
  readonly clock: Clock;
  readonly answerMs: number;
  readonly dryRun: DryRun;
  readonly announce: Announce;
}

export function onboardRoutes(deps: OnboardHandlerDependencies): readonly Route[] {
  const schema = onboardingSchema(deps.tiers);
  return [
    {
      operation: 'onboardTenant',
      method: 'POST',
      path: '/api/v1/customers/onboard',
      handle: async (request) => {
        await requireAdmin(deps, request);
        expectNoQuery(request);
        const onboarding = parseRequest(schema, await request.json());
        labelRequest({ tenant: onboarding.tenant_id });
        const { company_name, tenant_id } = onboarding;
        const time = createOnboardingTime(deps.answerMs * shareOfOnboarding, deps.clock.monotonicMs);
        const tenant = await onboardTenant(onboarding, time.bound(deps, tenant_id));
        const announced = deps.announce(
          tenantOnboarded({ ...tenant, company_name, onboarding_id: tenant.api_key_id }),
        );
        // From here on the tenant exists, and this answer alone has its key: nothing may hold it up.
        const restMs = time.leftMs() + deps.answerMs * shareOfEnd;
        const [dryRunResult] = await Promise.all([
          deps.dryRun(tenant, restMs),
          within(restMs, 'Pub/Sub', announced).catch(() => undefined),
        ]);
        return {
          status: 201,
          headers: { Location: `/api/v1/tenants/${tenant.tenant_id}` },
          body: { ...tenant, ...dryRunResult },
          change: { tenantId: tenant.tenant_id, after: toldTenant(tenant, onboarding) },
        };
      },
    },
  ];
}

/** What the audit log tells of an onboarding. */
const toldTenant = (
  tenant: OnboardedTenant,
  { company_name, replace_offboarded, force_recreate_dataset, force_recreate_tables }: Onboarding,
) => ({
  company_name,
  subscription_tier: tenant.subscription_tier,
  max_pipelines_per_month: tenant.max_pipelines_per_month,
  max_concurrent_pipelines: tenant.max_concurrent_pipelines,
  max_bytes_billed_per_month: tenant.max_bytes_billed_per_month,
  max_queued_pipelines: tenant.max_queued_pipelines,
  location: tenant.location,
  api_key_id: tenant.api_key_id,
  replace_offboarded,
  force_recreate_dataset,
  force_recreate_tables,
});
