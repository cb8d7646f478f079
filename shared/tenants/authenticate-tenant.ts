import { timingSafeEqual } from 'node:crypto';
import { ServiceError } from '../errors';
import { isNotFound, isRetryable } from '../google/bigquery/failures';
import type { RunStatement } from '../google/bigquery/statements/run-statement';
import { findApiKey } from '../sql/keys/find-api-key';
import type { Clock } from '../support/clock';
import { retrying } from '../support/retry';
import { labelRequest } from '../telemetry/context';
import { hashApiKey, tenantOfApiKey, unauthenticated } from './rules/api-key';

export interface TenantIdentity {
  readonly tenantId: string;
  readonly keyId: string;
  /** Milliseconds since 1970; Infinity for a key that does not expire. */
  readonly expiresAt: number;
}

/**
 * Finds whose key it is. Throws `unauthenticated` (one message for all reasons), or `unavailable`: it never
 * fails open.
 */
export type AuthenticateTenant = (
  key: string | undefined,
  /** Fresh: not from memory, so that a revoked key is refused at once. */
  options?: { readonly fresh: boolean },
) => Promise<TenantIdentity>;

/**
 * A revoked key stops reading everywhere within this time. It starts no run from the moment its revocation is
 * answered: admission judges it by the tenant row.
 */
const acceptedForMs = 30_000;
/** Spares BigQuery a client that keeps trying a wrong key. */
const refusedForMs = 5_000;
/** Leaves enough of a request's 15 s for its admission. */
const longestLookUpMs = 3_000;
const lookUpPolicy = { budgetMs: 3_000, initialBackoffMs: 50, maximumBackoffMs: 500, isRetryable };
const maximumEntries = 10_000;

interface CacheEntry {
  readonly identity: Promise<TenantIdentity | undefined>;
  /** In monotonic time: no jump of the clock lets a key that is revoked go on working. */
  validUntilMs: number;
}

/** Throws `tenant_mismatch` where the key belongs to another tenant. */
export function requireOwnTenant(identity: TenantIdentity, tenantId: string): TenantIdentity {
  if (identity.tenantId === tenantId) return identity;
  throw new ServiceError(
    'tenant_mismatch',
    `Forbidden: Cannot access resources for tenant '${tenantId}'. Authenticated as '${identity.tenantId}'`,
  );
}

/**
 * Checks keys against the tenant's `api_keys`, and remembers the answers in this instance. A malformed key
 * costs no BigQuery call, and many requests with one key at the same moment cost one.
 */
export function createAuthenticateTenant(runStatement: RunStatement, clock: Clock): AuthenticateTenant {
  const cache = new Map<string, CacheEntry>();

  return async (key, { fresh } = { fresh: false }) => {
    const tenantId = key === undefined ? undefined : tenantOfApiKey(key);
    if (key === undefined || tenantId === undefined) throw unauthenticated();
    const digest = hashApiKey(key);
    const identity = await ((fresh ? undefined : cached(digest)) ?? lookUp(tenantId, digest)).identity;
    if (identity === undefined) throw unauthenticated();
    labelRequest({ tenant: identity.tenantId });
    return identity;
  };

  function cached(digest: string): CacheEntry | undefined {
    const entry = cache.get(digest);
    return entry !== undefined && entry.validUntilMs > clock.monotonicMs() ? entry : undefined;
  }

  /**
   * The entry is there from the start, so that others wait for this look-up. A failed look-up is not
   * remembered.
   */
  function lookUp(tenantId: string, digest: string): CacheEntry {
    // What is found is as old as the question: a key may be revoked before its answer comes.
    const askedAtMs = clock.monotonicMs();
    const entry: CacheEntry = { identity: find(), validUntilMs: Number.POSITIVE_INFINITY };
    cache.delete(digest);
    cache.set(digest, entry);
    for (const oldest of cache.keys()) {
      if (cache.size <= maximumEntries) break;
      cache.delete(oldest);
    }
    return entry;

    async function find(): Promise<TenantIdentity | undefined> {
      try {
        const found = await findKey(runStatement, tenantId, digest);
        const leftMs = found === undefined ? 0 : found.expiresAt - clock.now().getTime();
        entry.validUntilMs =
          leftMs > 0 ? askedAtMs + Math.min(acceptedForMs, leftMs) : clock.monotonicMs() + refusedForMs;
        return found !== undefined && leftMs > 0 ? { tenantId, ...found } : undefined;
      } catch (error) {
        cache.delete(digest);
        throw new ServiceError('unavailable', 'The API key cannot be checked at the moment', {
          retryAfterSeconds: 1,
          cause: error,
        });
      }
    }
  }
}

async function findKey(runStatement: RunStatement, tenantId: string, digest: string) {
  const rows = await retrying(lookUpPolicy, () => lookUpKey(runStatement, tenantId, digest));
  const match = rows.find((row) => timingSafeEqual(Buffer.from(row.key_hash), Buffer.from(digest)));
  if (match === undefined) return undefined;
  return { keyId: match.key_id, expiresAt: match.expires_at?.getTime() ?? Number.POSITIVE_INFINITY };
}

async function lookUpKey(runStatement: RunStatement, tenantId: string, digest: string) {
  const parameters = { tenant_id: tenantId, key_hash: digest };
  try {
    return (await runStatement(tenantId, findApiKey, parameters, { timeoutMs: longestLookUpMs })).rows;
  } catch (error) {
    // No dataset or no table: there is no such tenant, hence no such key.
    if (isNotFound(error)) return [];
    throw error;
  }
}
