import { z } from 'zod';
import { ServiceError } from '../../../shared/errors';
import type { Caller } from '../../../shared/http/authorize';
import { insertApiKey } from '../../../shared/sql/keys/insert-api-key';
import { listApiKeys } from '../../../shared/sql/keys/list-api-keys';
import { blockApiKey, revokeApiKey } from '../../../shared/sql/keys/revoke-api-key';
import { retrying } from '../../../shared/support/retry';
import { shorten } from '../../../shared/support/shorten';
import { createApiKey, hashApiKey, lastFourOf } from '../../../shared/tenants/rules/api-key';
import { isWithin, keyPipelinesSchema } from '../../../shared/tenants/rules/key-pipelines';
import { requireScope, scopesSchema, storedScopes } from '../../../shared/tenants/rules/scopes';
import { orTenantNotFound } from '../../../shared/tenants/tenant-not-found';
import { showTenant, type TenantsDependencies, tenantPolicy } from '../administer-tenant';

/** The body may be left out. `expires_at` is RFC 3339. Scopes and pipelines are the caller's unless given. */
export const newApiKeySchema = z
  .strictObject({
    name: z.string().trim().min(1, 'expected a name').max(100, 'expected at most 100 characters').optional(),
    scopes: scopesSchema.optional(),
    pipelines: keyPipelinesSchema.optional(),
    expires_at: z.iso
      .datetime({ offset: true, error: 'expected a time such as 2027-01-31T00:00:00Z' })
      .optional(),
  })
  .default({});

type NewApiKey = z.infer<typeof newApiKeySchema>;

/**
 * Makes a further key, which is shown only in this answer. No key can make one that may do more, or that
 * outlives it: without `expires_at` the new key expires with the caller's. Throws `tenant_not_found`,
 * `insufficient_scope`, `pipeline_not_allowed`, or `invalid_request` for an expiry in the past or after the
 * caller's.
 */
export async function addApiKey(
  tenantId: string,
  given: NewApiKey,
  caller: Caller,
  deps: TenantsDependencies,
) {
  const now = deps.now();
  const { scopes = caller.scopes, pipelines = caller.pipelines } = given;
  const expiresAt = expiryOf(given, caller);
  if (expiresAt !== null && expiresAt <= now) {
    throw new ServiceError(
      'invalid_request',
      `expires_at: expected a time in the future, given ${given.expires_at}`,
    );
  }
  requireAuthority(caller, { scopes, pipelines, expiresAt }, 'expires_at');
  await showTenant(tenantId, deps);
  const apiKey = createApiKey(tenantId);
  const keyId = deps.newId();
  await deps.runStatement(tenantId, insertApiKey, {
    key_id: keyId,
    tenant_id: tenantId,
    key_hash: hashApiKey(apiKey),
    last_four: lastFourOf(apiKey),
    name: given.name ?? null,
    scopes,
    pipelines,
    now,
    created_by: caller.id,
    expires_at: expiresAt,
  });
  return {
    api_key: apiKey,
    api_key_id: keyId,
    last_four: lastFourOf(apiKey),
    name: given.name ?? null,
    scopes,
    pipelines,
    created_at: now.toISOString(),
    expires_at: expiresAt?.toISOString() ?? null,
  };
}

function expiryOf({ expires_at }: NewApiKey, caller: Caller): Date | null {
  if (expires_at !== undefined) return new Date(expires_at);
  return Number.isFinite(caller.expiresAt) ? new Date(caller.expiresAt) : null;
}

interface Authority extends Pick<Caller, 'scopes' | 'pipelines'> {
  readonly expiresAt: Date | null;
}

/**
 * Nobody hands on more than they have. Throws `insufficient_scope`, `pipeline_not_allowed` or `invalid_request`.
 * @param field what an expiry that is too late is told of
 */
export function requireAuthority(
  caller: Caller,
  { scopes, pipelines, expiresAt }: Authority,
  field: string,
): void {
  for (const scope of scopes) requireScope(caller.scopes, scope);
  if (!isWithin(pipelines, caller.pipelines)) {
    throw new ServiceError(
      'pipeline_not_allowed',
      `Forbidden: this key can hand on these pipelines at most: ${caller.pipelines.join(', ')}`,
    );
  }
  if ((expiresAt?.getTime() ?? Number.POSITIVE_INFINITY) > caller.expiresAt) {
    throw new ServiceError(
      'invalid_request',
      `${field}: expected no later than the key that asks, ${new Date(caller.expiresAt).toISOString()}`,
    );
  }
}

/** The tenant's keys, oldest first, without the keys themselves. Throws `tenant_not_found`. */
export async function showApiKeys(tenantId: string, { runStatement }: TenantsDependencies) {
  const { rows } = await orTenantNotFound(
    tenantId,
    runStatement(tenantId, listApiKeys, { tenant_id: tenantId }),
  );
  /** Of several rotations of one key the last one counts. */
  const replacedBy = new Map(rows.map(({ key_id, replaces }) => [replaces, key_id]));
  return rows.map((row) => ({
    api_key_id: row.key_id,
    last_four: row.last_four,
    name: row.name,
    scopes: storedScopes(row.scopes),
    pipelines: row.pipelines,
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
    expires_at: row.expires_at?.toISOString() ?? null,
    last_used_at: row.last_used_at?.toISOString() ?? null,
    revoked_at: row.revoked_at?.toISOString() ?? null,
    replaces: row.replaces,
    replaced_by: replacedBy.get(row.key_id) ?? null,
  }));
}

/**
 * Revokes a key, also while admissions of the tenant are in the way. From the answer on it starts no run, and
 * within 30 s it stops working everywhere. Resolves to when it was revoked: of two revocations at the same moment one
 * decides that, and both tell it. Throws `tenant_not_found` or `api_key_not_found`. Where it throws another error, it
 * can be repeated.
 */
export async function removeApiKey(
  tenantId: string,
  keyId: string,
  deps: TenantsDependencies,
): Promise<Date> {
  const now = deps.now();
  const change = async (): Promise<Date> => {
    const parameters = { tenant_id: tenantId, key_id: keyId, now };
    const block = () => deps.runStatement(tenantId, blockApiKey, parameters);
    const { affectedRows } = await retrying(tenantPolicy, block);
    if (affectedRows === 0) throw apiKeyNotFound(keyId);
    const revoke = () => deps.runStatement(tenantId, revokeApiKey, { key_id: keyId, now });
    const revoked = await retrying(tenantPolicy, revoke);
    if (revoked.affectedRows !== 0) return now;
    // Another call has revoked it, or this one, whose first answer was lost.
    const list = () => deps.runStatement(tenantId, listApiKeys, { tenant_id: tenantId });
    const { rows } = await retrying(tenantPolicy, list);
    return rows.find(({ key_id }) => key_id === keyId)?.revoked_at ?? now;
  };
  return await orTenantNotFound(tenantId, change());
}

export const apiKeyNotFound = (keyId: string) =>
  new ServiceError('api_key_not_found', `There is no valid key '${shorten(keyId)}'`);
