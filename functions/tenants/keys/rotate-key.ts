import { z } from 'zod';
import type { Caller } from '../../../shared/http/authorize';
import { listApiKeys } from '../../../shared/sql/keys/list-api-keys';
import { rotateApiKey } from '../../../shared/sql/keys/rotate-api-key';
import { retrying } from '../../../shared/support/retry';
import { createApiKey, hashApiKey, lastFourOf } from '../../../shared/tenants/rules/api-key';
import { storedScopes } from '../../../shared/tenants/rules/scopes';
import { orTenantNotFound } from '../../../shared/tenants/tenant-not-found';
import { type TenantsDependencies, tenantPolicy } from '../administer-tenant';
import { apiKeyNotFound, removeApiKey, requireAuthority } from './administer-keys';

/**
 * Instances remember keys for 30 s. A shorter overlap would not end when it was said to.
 */
const shortestOverlapSeconds = 60;
const longestOverlapSeconds = 30 * 86_400;
const expectedOverlap = `expected 0, or ${shortestOverlapSeconds} to ${longestOverlapSeconds}`;

/** How long the old key goes on working. 0: it is revoked at once. */
export const rotationSchema = z.strictObject({
  overlap_seconds: z
    .int(expectedOverlap)
    .min(0, expectedOverlap)
    .max(longestOverlapSeconds, expectedOverlap)
    .refine((seconds) => seconds === 0 || seconds >= shortestOverlapSeconds, expectedOverlap),
});

/**
 * Makes a key that inherits name, scopes, pipelines and expiry of another, which ends after the overlap at the
 * latest. Nobody rotates a key that may do more than theirs. Throws `tenant_not_found`, `api_key_not_found`,
 * `insufficient_scope`, `pipeline_not_allowed`, or `invalid_request` where the key outlives the caller's.
 */
export async function rotateKey(
  tenantId: string,
  keyId: string,
  { overlap_seconds }: z.infer<typeof rotationSchema>,
  caller: Caller,
  deps: TenantsDependencies,
) {
  const now = deps.now();
  const listing = deps.runStatement(tenantId, listApiKeys, { tenant_id: tenantId });
  const { rows } = await orTenantNotFound(tenantId, listing);
  const old = rows.find(({ key_id, revoked_at }) => key_id === keyId && revoked_at === null);
  if (old === undefined) throw apiKeyNotFound(keyId);
  const { name, pipelines, expires_at: expiresAt } = old;
  const scopes = storedScopes(old.scopes);
  requireAuthority(caller, { scopes, pipelines, expiresAt }, 'expires_at of the key');

  const apiKey = createApiKey(tenantId);
  const newKeyId = deps.newId();
  const overlapEndsAt = new Date(now.getTime() + overlap_seconds * 1000);
  const rotate = () =>
    deps.runStatement(tenantId, rotateApiKey, {
      key_id: keyId,
      new_key_id: newKeyId,
      tenant_id: tenantId,
      key_hash: hashApiKey(apiKey),
      last_four: lastFourOf(apiKey),
      created_by: caller.id,
      ends_at: overlap_seconds === 0 ? null : overlapEndsAt,
      now,
    });
  const { affectedRows } = await retrying(tenantPolicy, rotate);
  if (affectedRows === 0) throw apiKeyNotFound(keyId);
  // Revoked, and not only expired: so it starts no run from now on, whatever an instance remembers of it.
  const revokedAt = overlap_seconds === 0 ? await removeApiKey(tenantId, keyId, deps) : undefined;
  const oldEndsAt =
    revokedAt ?? (expiresAt !== null && expiresAt < overlapEndsAt ? expiresAt : overlapEndsAt);
  return {
    api_key: apiKey,
    api_key_id: newKeyId,
    last_four: lastFourOf(apiKey),
    name,
    scopes,
    pipelines,
    created_at: now.toISOString(),
    expires_at: expiresAt?.toISOString() ?? null,
    replaced: { api_key_id: keyId, ends_at: oldEndsAt.toISOString() },
  };
}
