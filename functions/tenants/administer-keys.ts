import { ServiceError } from '../../shared/errors';
import { insertApiKey } from '../../shared/sql/keys/insert-api-key';
import { listApiKeys } from '../../shared/sql/keys/list-api-keys';
import { revokeApiKey } from '../../shared/sql/keys/revoke-api-key';
import { createApiKey, hashApiKey } from '../../shared/tenants/rules/api-key';
import { orTenantNotFound, showTenant, type TenantsDependencies } from './administer-tenant';

export interface NewApiKey {
  readonly name?: string | undefined;
  /** RFC 3339; absent: the key does not expire. */
  readonly expires_at?: string | undefined;
}

/** Who asks for a key: an admin, or the tenant with another of its keys. */
export interface Asker {
  readonly id: string;
  /** Milliseconds since 1970; Infinity: never. */
  readonly expiresAt: number;
}

/**
 * Makes a further key and tells it once. A key cannot make one that outlives it: left out, the expiry is the asker's.
 * Throws `tenant_not_found`; `invalid_request` for an expiry in the past, or past the asker's.
 */
export async function addApiKey(tenantId: string, given: NewApiKey, asker: Asker, deps: TenantsDependencies) {
  const now = deps.now();
  const expiresAt = expiryOf(given, asker);
  if (expiresAt !== null && expiresAt <= now) {
    throw new ServiceError(
      'invalid_request',
      `expires_at: expected a time in the future, given ${given.expires_at}`,
    );
  }
  if ((expiresAt?.getTime() ?? Number.POSITIVE_INFINITY) > asker.expiresAt) {
    throw new ServiceError(
      'invalid_request',
      `expires_at: expected no later than the key that asks, ${new Date(asker.expiresAt).toISOString()}`,
    );
  }
  await showTenant(tenantId, deps);
  const apiKey = createApiKey(tenantId);
  const keyId = deps.newId();
  await deps.runStatement(tenantId, insertApiKey, {
    key_id: keyId,
    tenant_id: tenantId,
    key_hash: hashApiKey(apiKey),
    name: given.name ?? null,
    now,
    created_by: asker.id,
    expires_at: expiresAt,
  });
  return {
    api_key: apiKey,
    api_key_id: keyId,
    name: given.name ?? null,
    created_at: now.toISOString(),
    expires_at: expiresAt?.toISOString() ?? null,
  };
}

function expiryOf({ expires_at }: NewApiKey, asker: Asker): Date | null {
  if (expires_at !== undefined) return new Date(expires_at);
  return Number.isFinite(asker.expiresAt) ? new Date(asker.expiresAt) : null;
}

/** The tenant's keys without their secrets, oldest first. Throws `tenant_not_found`. */
export async function showApiKeys(tenantId: string, { runStatement }: TenantsDependencies) {
  const { rows } = await orTenantNotFound(
    tenantId,
    runStatement(tenantId, listApiKeys, { tenant_id: tenantId }),
  );
  return rows.map((row) => ({
    api_key_id: row.key_id,
    name: row.name,
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
    expires_at: row.expires_at?.toISOString() ?? null,
    revoked_at: row.revoked_at?.toISOString() ?? null,
  }));
}

/** Revokes a key: it stops working everywhere within 30 s. Throws `tenant_not_found` or `api_key_not_found`. */
export async function removeApiKey(
  tenantId: string,
  keyId: string,
  deps: TenantsDependencies,
): Promise<void> {
  const revocation = deps.runStatement(tenantId, revokeApiKey, { key_id: keyId, now: deps.now() });
  const { affectedRows } = await orTenantNotFound(tenantId, revocation);
  if (affectedRows === 0) throw new ServiceError('api_key_not_found', `There is no valid key '${keyId}'`);
}
