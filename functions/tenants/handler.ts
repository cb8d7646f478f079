import { parseRequest } from '../../shared/http/parse';
import { requireAdmin } from '../../shared/http/require-admin';
import type { Route } from '../../shared/http/route';
import { addApiKey, removeApiKey, showApiKeys } from './administer-keys';
import {
  activate,
  changeTenantQuotas,
  showTenant,
  suspend,
  type TenantsDependencies,
} from './administer-tenant';
import { billingRoutes } from './billing-routes';
import { newApiKeySchema, quotaChangeSchema, suspensionSchema } from './requests';
import { tenantProfile } from './tenant-profile';
import { type UsageDependencies, usageRoutes } from './usage-routes';
import { requireAdminOrOwn, tenantIn, type WhoDependencies } from './who';

export interface TenantsHandlerDependencies extends TenantsDependencies, UsageDependencies, WhoDependencies {}

const tenantPath = '/api/v1/tenants/{tenant}';

export function tenantsRoutes(deps: TenantsHandlerDependencies): readonly Route[] {
  const quotaChange = quotaChangeSchema(deps.tiers);
  return [
    {
      method: 'GET',
      path: tenantPath,
      handle: async (request) => {
        const tenantId = tenantIn(request);
        await requireAdminOrOwn(deps, request, tenantId);
        return { status: 200, body: tenantProfile(await showTenant(tenantId, deps)) };
      },
    },
    {
      method: 'PATCH',
      path: `${tenantPath}/quotas`,
      handle: async (request) => {
        const tenantId = tenantIn(request);
        const change = parseRequest(quotaChange, await request.json());
        requireAdmin(deps.adminRule, request);
        return { status: 200, body: tenantProfile(await changeTenantQuotas(tenantId, change, deps)) };
      },
    },
    {
      method: 'POST',
      path: `${tenantPath}/suspend`,
      handle: async (request) => {
        const tenantId = tenantIn(request);
        const { reason } = parseRequest(suspensionSchema, await request.json());
        requireAdmin(deps.adminRule, request);
        return { status: 200, body: tenantProfile(await suspend(tenantId, reason, deps)) };
      },
    },
    {
      method: 'POST',
      path: `${tenantPath}/activate`,
      handle: async (request) => {
        const tenantId = tenantIn(request);
        requireAdmin(deps.adminRule, request);
        return { status: 200, body: tenantProfile(await activate(tenantId, deps)) };
      },
    },
    {
      method: 'POST',
      path: `${tenantPath}/api-keys`,
      handle: async (request) => {
        const tenantId = tenantIn(request);
        const given = parseRequest(newApiKeySchema, await request.json());
        const creator = await requireAdminOrOwn(deps, request, tenantId, { fresh: true });
        return { status: 201, body: await addApiKey(tenantId, given, creator, deps) };
      },
    },
    {
      method: 'GET',
      path: `${tenantPath}/api-keys`,
      handle: async (request) => {
        const tenantId = tenantIn(request);
        await requireAdminOrOwn(deps, request, tenantId);
        return { status: 200, body: { api_keys: await showApiKeys(tenantId, deps) } };
      },
    },
    {
      method: 'DELETE',
      path: `${tenantPath}/api-keys/{key_id}`,
      handle: async (request) => {
        const tenantId = tenantIn(request);
        await requireAdminOrOwn(deps, request, tenantId, { fresh: true });
        await removeApiKey(tenantId, request.params.key_id ?? '', deps);
        return { status: 204 };
      },
    },
    ...usageRoutes(deps),
    ...billingRoutes(deps),
  ];
}
