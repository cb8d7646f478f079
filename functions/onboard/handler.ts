import { requireAdmin } from '../../shared/http/authorize';
import { expectNoQuery, parseRequest } from '../../shared/http/parse';
import type { Route } from '../../shared/http/route';
import { labelRequest } from '../../shared/telemetry/context';
import type { AdminRule } from '../../shared/tenants/rules/admin-rule';
import type { AnnounceTenant } from './announce-tenant';
import type { DryRun } from './dry-run';
import { type OnboardDependencies, onboardingSchema, onboardTenant } from './onboard-tenant';

export interface OnboardHandlerDependencies extends OnboardDependencies {
  readonly adminRule: AdminRule;
  readonly dryRun: DryRun;
  readonly announceTenant: AnnounceTenant;
}

export function onboardRoutes(deps: OnboardHandlerDependencies): readonly Route[] {
  const schema = onboardingSchema(deps.tiers);
  return [
    {
      method: 'POST',
      path: '/api/v1/customers/onboard',
      handle: async (request) => {
        requireAdmin(deps.adminRule, request);
        expectNoQuery(request);
        const onboarding = parseRequest(schema, await request.json());
        labelRequest({ tenant: onboarding.tenant_id });
        const tenant = await onboardTenant(onboarding, deps);
        const { company_name } = onboarding;
        const [dryRunResult] = await Promise.all([
          deps.dryRun(tenant),
          deps.announceTenant({ ...tenant, company_name, onboarding_id: tenant.api_key_id }),
        ]);
        return {
          status: 201,
          headers: { Location: `/api/v1/tenants/${tenant.tenant_id}` },
          body: { ...tenant, ...dryRunResult },
        };
      },
    },
  ];
}
