import { requireAdmin } from '../../shared/http/authorize';
import { parseRequest } from '../../shared/http/parse';
import type { Route } from '../../shared/http/route';
import { labelRequest } from '../../shared/telemetry/context';
import type { AdminRule } from '../../shared/tenants/rules/admin-rule';
import type { DryRun } from './dry-run';
import { type OnboardDependencies, onboardingSchema, onboardTenant } from './onboard-tenant';

export interface OnboardHandlerDependencies extends OnboardDependencies {
  readonly adminRule: AdminRule;
  readonly dryRun: DryRun;
}

export function onboardRoutes(deps: OnboardHandlerDependencies): readonly Route[] {
  const schema = onboardingSchema(deps.tiers);
  return [
    {
      method: 'POST',
      path: '/api/v1/customers/onboard',
      handle: async (request) => {
        const onboarding = parseRequest(schema, await request.json());
        requireAdmin(deps.adminRule, request);
        labelRequest({ tenant: onboarding.tenant_id });
        const tenant = await onboardTenant(onboarding, deps);
        return {
          status: 201,
          headers: { Location: `/api/v1/tenants/${tenant.tenant_id}` },
          body: { ...tenant, ...(await deps.dryRun(tenant)) },
        };
      },
    },
  ];
}
