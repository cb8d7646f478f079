import { requireAdmin, requireAdminOrTenant, tenantInPath } from '../../shared/http/authorize';
import { expectNoBody, expectNoQuery, parseRequest } from '../../shared/http/parse';
import type { Route } from '../../shared/http/route';
import type { TenantRow } from '../../shared/sql/tenants/tenant-row';
import { addApiKey, newApiKeySchema, removeApiKey, showApiKeys } from './administer-keys';
import {
  activate,
  changeTenantProfile,
  changeTenantQuotas,
  profileChangeSchema,
  quotaChangeSchema,
  showTenant,
  suspend,
  suspensionSchema,
  type TenantsDependencies,
} from './administer-tenant';
import { billingRoutes } from './billing-routes';
import { type TenantListDependencies, tenantListRoutes } from './tenant-list';
import { tenantProfile } from './tenant-profile';
import { type UsageDependencies, usageRoutes } from './usage-routes';

export interface TenantsHandlerDependencies
  extends TenantsDependencies,
    UsageDependencies,
    TenantListDependencies {}

const tenantPath = '/api/v1/tenants/{tenant}';

export function tenantsRoutes(deps: TenantsHandlerDependencies): readonly Route[] {
  const quotaChange = quotaChangeSchema(deps.tiers);
  const shown = (row: TenantRow) => tenantProfile(row, deps.now());
  return [
    {
      method: 'GET',
      path: tenantPath,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await requireAdminOrTenant(deps, request, tenantId);
        expectNoQuery(request);
        return { status: 200, body: shown(await showTenant(tenantId, deps)) };
      },
    },
    {
      method: 'PATCH',
      path: tenantPath,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        requireAdmin(deps.adminRule, request);
        expectNoQuery(request);
        const change = parseRequest(profileChangeSchema, await request.json());
        return { status: 200, body: shown(await changeTenantProfile(tenantId, change, deps)) };
      },
    },
    {
      method: 'PATCH',
      path: `${tenantPath}/quotas`,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        requireAdmin(deps.adminRule, request);
        expectNoQuery(request);
        const change = parseRequest(quotaChange, await request.json());
        return { status: 200, body: shown(await changeTenantQuotas(tenantId, change, deps)) };
      },
    },
    {
      method: 'POST',
      path: `${tenantPath}/suspend`,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        requireAdmin(deps.adminRule, request);
        expectNoQuery(request);
        const { reason } = parseRequest(suspensionSchema, await request.json());
        return { status: 200, body: shown(await suspend(tenantId, reason, deps)) };
      },
    },
    {
      method: 'POST',
      path: `${tenantPath}/activate`,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        requireAdmin(deps.adminRule, request);
        expectNoQuery(request);
        await expectNoBody(request);
        return { status: 200, body: shown(await activate(tenantId, deps)) };
      },
    },
    {
      method: 'POST',
      path: `${tenantPath}/api-keys`,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        const caller = await requireAdminOrTenant(deps, request, tenantId, { fresh: true });
        expectNoQuery(request);
        const given = parseRequest(newApiKeySchema, await request.json());
        return { status: 201, body: await addApiKey(tenantId, given, caller, deps) };
      },
    },
    {
      method: 'GET',
      path: `${tenantPath}/api-keys`,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await requireAdminOrTenant(deps, request, tenantId);
        expectNoQuery(request);
        return { status: 200, body: { api_keys: await showApiKeys(tenantId, deps) } };
      },
    },
    {
      method: 'DELETE',
      path: `${tenantPath}/api-keys/{key_id}`,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await requireAdminOrTenant(deps, request, tenantId, { fresh: true });
        expectNoQuery(request);
        await removeApiKey(tenantId, request.params.key_id ?? '', deps);
        return { status: 204 };
      },
    },
    ...tenantListRoutes(deps),
    ...usageRoutes(deps),
    ...billingRoutes(deps),
  ];
}
