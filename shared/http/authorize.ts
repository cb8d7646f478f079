import { ServiceError } from '../errors';
import {
  type AuthenticateTenant,
  type KeyOptions,
  requireOwnTenant,
  type TenantIdentity,
} from '../tenants/authenticate-tenant';
import { type AdminRule, isAdmin } from '../tenants/rules/admin-rule';
import { unauthenticated } from '../tenants/rules/api-key';
import { tenantIdSchema } from '../tenants/rules/tenant-id';
import { adminCaller } from './limits/failing-callers';
import { parseRequest } from './parse';
import type { HttpRequest } from './route';

/** Who makes a call that admins and tenants may make. */
export interface Caller {
  /** `admin`, or the id of the tenant's key. */
  readonly id: string;
  /** Milliseconds since 1970; Infinity: never. */
  readonly expiresAt: number;
}

/** Throws `unauthenticated` unless the request may make admin calls. */
export function requireAdmin(rule: AdminRule, request: HttpRequest): void {
  if (!isAdmin(rule, request.header('X-Admin-Key')))
    throw new ServiceError('unauthenticated', 'The admin key is required in the X-Admin-Key header');
  request.recognise(adminCaller);
}

/** Whose key the request carries. Throws like AuthenticateTenant. */
export async function requireTenant(
  { authenticateTenant }: { readonly authenticateTenant: AuthenticateTenant },
  request: HttpRequest,
  options: Omit<KeyOptions, 'address'> = {},
): Promise<TenantIdentity> {
  const { address } = request;
  const identity = await authenticateTenant(request.header('X-API-Key'), { ...options, address });
  request.recognise(identity.keyId);
  return identity;
}

/**
 * Lets admins in, and the tenant itself. A request with a tenant's key counts as that tenant's, even if it
 * also carries the admin key. Throws `unauthenticated` or `tenant_mismatch`.
 */
export async function requireAdminOrTenant(
  deps: { readonly adminRule: AdminRule; readonly authenticateTenant: AuthenticateTenant },
  request: HttpRequest,
  tenantId: string,
  options = { fresh: false },
): Promise<Caller> {
  const key = request.header('X-API-Key');
  if (key === undefined) {
    // A request without any key is asked for the one that every tenant has, as everywhere else.
    if (deps.adminRule.kind === 'key' && request.header('X-Admin-Key') === undefined) throw unauthenticated();
    requireAdmin(deps.adminRule, request);
    return { id: adminCaller, expiresAt: Number.POSITIVE_INFINITY };
  }
  const identity = await requireTenant(deps, request, options);
  const { keyId, expiresAt } = requireOwnTenant(identity, tenantId);
  return { id: keyId, expiresAt };
}

/** The tenant that the path names. Throws `invalid_request` if it is no tenant's id. */
export const tenantInPath = (request: HttpRequest): string =>
  parseRequest(tenantIdSchema, request.params.tenant, 'tenant in the path');
