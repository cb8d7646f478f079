import { parseRequest } from '../../shared/http/parse';
import { requireAdmin } from '../../shared/http/require-admin';
import type { HttpRequest } from '../../shared/http/route';
import {
  type AuthenticateTenant,
  requireOwnTenant,
  unauthenticated,
} from '../../shared/tenants/authenticate-tenant';
import type { AdminRule } from '../../shared/tenants/rules/admin-rule';
import { tenantIdSchema } from '../../shared/tenants/rules/tenant-id';
import type { Asker } from './administer-keys';

export interface WhoDependencies {
  readonly adminRule: AdminRule;
  readonly authenticateTenant: AuthenticateTenant;
}

export const tenantIn = (request: HttpRequest): string =>
  parseRequest(tenantIdSchema, request.params.tenant, 'tenant in the path');

/** A request that carries a tenant's key is that tenant's, whoever else it may be. */
export async function requireAdminOrOwn(
  { adminRule, authenticateTenant }: WhoDependencies,
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
