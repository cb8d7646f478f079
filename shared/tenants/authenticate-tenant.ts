import { ServiceError } from '../errors';
import type { RunStatement } from '../google/bigquery/statements/run-statement';
import { createBoundedMap } from '../support/bounded-map';
import type { Clock } from '../support/clock';
import { tooManyFailures } from '../support/failure-limit';
import { within } from '../support/time-limits';
import { labelRequest } from '../telemetry/context';
import { createFindKeys, type FoundKey } from './find-keys';
import { createLookUpLimits, type LookUpAllowances, usualAllowances } from './look-up-limits';
import { hashApiKey, tenantOfApiKey, unauthenticated } from './rules/api-key';
import type { KeyAuthority } from './rules/key-authority';

/** Whose key, or token, a request came with. */
export interface TenantIdentity extends KeyAuthority {
  readonly tenantId: string;
  /** Of a token that is for one run only. */
  readonly runId?: string | undefined;
}

export interface KnownKey extends FoundKey {
  readonly tenantId: string;
}

export interface KeyOptions {
  /** Not from memory, so that a revoked key is refused at once. */
  readonly fresh?: boolean;
  /**
   * For what every tenant may read, and what needs no BigQuery: where BigQuery does not answer at once, a key
   * that it accepted within the last hour is good enough.
   */
  readonly lastKnown?: boolean;
  /** Where the request comes from. */
  readonly address?: string;
}

/**
 * Finds whose key it is. Throws `unauthenticated` (one message for all reasons), `unavailable`, or
 * `too_many_failures` where too many wrong keys have been looked up to look up another: it never fails open.
 */
export type AuthenticateTenant = (key: string | undefined, options?: KeyOptions) => Promise<KnownKey>;

/**
 * A revoked key stops reading everywhere within this time. It starts no run from the moment its revocation is
 * answered: admission judges it by the tenant row.
 */
const acceptedForMs = 30_000;
/** Spares BigQuery a client that keeps trying a wrong key. Keys are made by chance: none is tried before it is there. */
const refusedForMs = 60_000;
/** For calls that take the last known answer: how old it may be, and how long they wait for another. */
const lastKnownForMs = 3_600_000;
const longestWaitMs = 1_000;
/** A tenant may be onboarded a moment after somebody has asked for it. */
const noTenantForMs = 5_000;
/** While a tenant's keys are judged by their list, a new key works after this time. */
const listedForMs = 10_000;
const mostNames = 10_000;
const mostLists = 100;

/** What is remembered of a key. All times are monotonic: no jump of the clock lets a revoked key go on working. */
interface Memory {
  readonly found: Promise<FoundKey | undefined>;
  untilMs: number;
  /** Accepted: it was valid when this instance asked last, so it may be looked up again whoever else fails. */
  verdict: 'accepted' | 'refused' | 'unknown';
  /** How it was last accepted, and when that was asked. */
  last?: { readonly key: FoundKey; readonly askedAtMs: number } | undefined;
}

/** A tenant's keys, as they were when this was asked. */
interface KeyList {
  readonly keys: ReturnType<ReturnType<typeof createFindKeys>['all']>;
  readonly askedAtMs: number;
}

/** Throws `tenant_mismatch` where the key belongs to another tenant. */
export function requireOwnTenant(identity: TenantIdentity, tenantId: string): TenantIdentity {
  if (identity.tenantId === tenantId) return identity;
  throw new ServiceError(
    'tenant_mismatch',
    `Forbidden: Cannot access resources for tenant '${tenantId}'. Authenticated as '${identity.tenantId}'`,
  );
}

export interface AuthenticationSettings {
  readonly allowances?: LookUpAllowances | undefined;
  /** How long the callers wait for an answer, in milliseconds. */
  readonly answerMs?: number | undefined;
}

/**
 * Checks keys against the tenant's `api_keys`, and remembers the answers in this instance. A malformed key
 * costs no BigQuery call, and many requests with one key at the same moment cost one.
 *
 * Look-ups that find nothing are limited by tenant, address and instance. Beyond that a key that this instance
 * does not know is judged by a list of all of the tenant's keys, which many share; so a right key is refused to
 * nobody because others guess. Only where even lists would be too many is it `too_many_failures`: for the whole
 * instance, or for an address that guesses, at a tenant of which this instance has seen no valid key.
 */
export function createAuthenticateTenant(
  runStatement: RunStatement,
  clock: Clock,
  { allowances = usualAllowances, answerMs }: AuthenticationSettings = {},
): AuthenticateTenant {
  const findKeys = createFindKeys(runStatement, answerMs);
  const limits = createLookUpLimits(allowances);
  /** By the key's digest. */
  const memories = createBoundedMap<Memory>(mostNames);
  const knownTenants = createBoundedMap<true>(mostNames);
  /** Until when there is no such tenant. */
  const noTenants = createBoundedMap<number>(mostNames);
  const lists = createBoundedMap<KeyList>(mostLists);

  return async (key, { fresh = false, lastKnown = false, address = '' } = {}) => {
    const tenantId = key === undefined ? undefined : tenantOfApiKey(key);
    if (key === undefined || tenantId === undefined) throw unauthenticated();
    const digest = hashApiKey(key);
    const asked = remembered(digest, fresh) ?? find(tenantId, digest, address);
    const found = await (lastKnown ? orLastKnown(digest, asked) : asked);
    if (found === undefined) throw unauthenticated();
    labelRequest({ tenant: tenantId });
    return { tenantId, ...found };
  };

  function remembered(digest: string, fresh: boolean): Memory['found'] | undefined {
    const memory = memories.get(digest);
    if (memory === undefined || memory.untilMs <= clock.monotonicMs()) return undefined;
    return fresh && memory.verdict !== 'refused' ? undefined : memory.found;
  }

  /** What is asked, or else what was last known, if that is not too old. What BigQuery says decides. */
  async function orLastKnown(digest: string, asked: Memory['found']): Memory['found'] {
    const last = memories.get(digest)?.last;
    if (last === undefined || last.askedAtMs + lastKnownForMs <= clock.monotonicMs()) return asked;
    return within(longestWaitMs, 'BigQuery', asked).catch((error: unknown) => {
      if (leftMs(last.key) > 0) return last.key;
      throw error;
    });
  }

  function find(tenantId: string, digest: string, address: string): Memory['found'] {
    const isKnown = memories.get(digest)?.verdict === 'accepted';
    if (!isKnown && (noTenants.get(tenantId) ?? 0) > clock.monotonicMs()) return Promise.resolve(undefined);
    if (isKnown || limits.waitMs(tenantId, address) === 0) return lookUp(tenantId, digest, address);
    return findInList(tenantId, digest, address);
  }

  /**
   * It is remembered from the start, so that others wait for this look-up. One that fails leaves things as
   * they were.
   */
  function lookUp(tenantId: string, digest: string, address: string): Memory['found'] {
    const before = memories.get(digest);
    // What is found is as old as the question: a key may be revoked before its answer comes.
    const askedAtMs = clock.monotonicMs();
    limits.begin(tenantId);
    const memory: Memory = {
      found: ask(),
      untilMs: Number.POSITIVE_INFINITY,
      verdict: before?.verdict === 'accepted' ? 'accepted' : 'unknown',
      last: before?.last,
    };
    memories.set(digest, memory);
    return memory.found;

    async function ask(): Promise<FoundKey | undefined> {
      const key = await findKeys.one(tenantId, digest).catch((error: unknown) => {
        limits.end(tenantId, address, false);
        if (before === undefined) memories.delete(digest);
        else memories.set(digest, before);
        throw error;
      });
      if (key !== undefined && key !== 'no_tenant' && leftMs(key) > 0) {
        limits.end(tenantId, address, false);
        accept(tenantId, memory, key, askedAtMs);
        return key;
      }
      limits.end(tenantId, address, true);
      const nowMs = clock.monotonicMs();
      if (key === 'no_tenant') noTenants.set(tenantId, nowMs + noTenantForMs);
      memory.verdict = 'refused';
      memory.last = undefined;
      memory.untilMs = nowMs + refusedForMs;
      return undefined;
    }
  }

  async function findInList(tenantId: string, digest: string, address: string): Memory['found'] {
    const { keys, askedAtMs } = youngList(tenantId, address);
    const listed = await keys;
    const key = listed === 'no_tenant' ? undefined : listed.get(digest);
    if (key === undefined || leftMs(key) <= 0) return undefined;
    const memory: Memory = { found: Promise.resolve(key), untilMs: 0, verdict: 'unknown' };
    accept(tenantId, memory, key, askedAtMs);
    memories.set(digest, memory);
    return key;
  }

  function youngList(tenantId: string, address: string): KeyList {
    const askedAtMs = clock.monotonicMs();
    const last = lists.get(tenantId);
    if (last !== undefined && last.askedAtMs + listedForMs > askedAtMs) return last;
    const isKnown = knownTenants.get(tenantId) === true;
    const waitMs = limits.waitForListMs(isKnown ? undefined : address);
    if (waitMs > 0) throw tooManyFailures('with wrong keys', waitMs);
    limits.countList();
    const list = { keys: findKeys.all(tenantId), askedAtMs };
    lists.set(tenantId, list);
    // One that fails is not kept. Whoever waits for it is told.
    list.keys.catch(() => lists.delete(tenantId));
    return list;
  }

  function accept(tenantId: string, memory: Memory, key: FoundKey, askedAtMs: number): void {
    memory.verdict = 'accepted';
    memory.last = { key, askedAtMs };
    memory.untilMs = askedAtMs + Math.min(acceptedForMs, leftMs(key));
    knownTenants.set(tenantId, true);
  }

  /** How long the key is still valid, by the time of day as its table has it. */
  function leftMs({ expiresAt }: FoundKey): number {
    return expiresAt - clock.now().getTime();
  }
}
