import type { AdminRule } from '../../shared/authentication/admin-rule';
import {
  type AuthenticateTenant,
  requireOwnTenant,
  unauthenticated,
} from '../../shared/authentication/authenticate-tenant';
import { requireAdmin } from '../../shared/authentication/require-admin';
import { tenantIdSchema } from '../../shared/domain/tenant-id';
import { tenantProfile } from '../../shared/domain/tenant-profile';
import { parseRequest } from '../../shared/http/parse';
import type { HttpRequest, Route } from '../../shared/http/route';
import { type Asker, addApiKey, removeApiKey, showApiKeys } from './administer-keys';
import {
  activate,
  changeTenantQuotas,
  showTenant,
  suspend,
  type TenantsDependencies,
} from './administer-tenant';
import { newApiKeyShape, quotaChangeShape, suspensionShape } from './requests';

export interface TenantsHandlerDependencies extends TenantsDependencies {
  readonly adminRule: AdminRule;
  readonly authenticateTenant: AuthenticateTenant;
}

const tenantPath = '/api/v1/tenants/{tenant}';

export function tenantsRoutes(deps: TenantsHandlerDependencies): readonly Route[] {
  const quotaChange = quotaChangeShape(deps.tiers);
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
        const { reason } = parseRequest(suspensionShape, await request.json());
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
        const given = parseRequest(newApiKeyShape, await request.json());
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
  ];
}

const tenantIn = (request: HttpRequest): string =>
  parseRequest(tenantIdSchema, request.params.tenant, 'tenant in the path');

/** A request that carries a tenant's key is that tenant's, whoever else it may be. */
async function requireAdminOrOwn(
  { adminRule, authenticateTenant }: TenantsHandlerDependencies,
  request: HttpRequest,
  tenantId: string,
  options = { fresh: false },
): Promise<Asker> {
  const key = request.header('X-API-Key');
  if (key === undefined) {
    // Who sends neither key is told of the one that every tenant has, as everywhere else.
    if (adminRule.kind === 'key' && request.header('X-Admin-Key') === undefined) throw unauthenticated();
    requireAdmin(adminRule, request);
    return { id: 'admin', expiresAt: Number.POSITIVE_INFINITY };
  }
  const { keyId, expiresAt } = requireOwnTenant(await authenticateTenant(key, options), tenantId);
  return { id: keyId, expiresAt };
}
