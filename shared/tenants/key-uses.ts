import type { RunStatement } from '../google/bigquery/statements/run-statement';
import { noteKeyUses } from '../sql/keys/note-key-uses';
import { createBoundedMap } from '../support/bounded-map';
import type { Clock } from '../support/clock';
import type { AuthenticateTenant } from './authenticate-tenant';
import type { FoundKey } from './find-keys';

const hourMs = 3_600_000;
const pauseMs = 60_000;
const mostKeys = 10_000;
const mostTenants = 1_000;

/** Notes in the tenants' tables in which hour each key was used last. */
export interface KeyUses {
  /** Never throws, and nobody waits for it. */
  readonly note: (tenantId: string, key: Pick<FoundKey, 'keyId' | 'lastUsedAt'>) => void;
}

/**
 * At most one statement a minute, which is for one tenant: in an hour an instance notes the keys of 60 tenants,
 * those first that have waited longest. It is sent while a request is under way, without that request waiting
 * for it; one that fails is sent again with a later use.
 */
export function createKeyUses(runStatement: RunStatement, clock: Clock): KeyUses {
  /** By key: the hour that its table has, as far as this instance knows. */
  const noted = createBoundedMap<number>(mostKeys);
  /** By tenant, the one that has waited longest first. */
  const waiting = new Map<string, Set<string>>();
  let nextAtMs = Number.NEGATIVE_INFINITY;

  return {
    note(tenantId, { keyId, lastUsedAt }) {
      const hour = Math.floor(clock.now().getTime() / hourMs) * hourMs;
      if (Math.max(noted.get(keyId) ?? 0, lastUsedAt) >= hour) return;
      const keys = waiting.get(tenantId);
      if (keys !== undefined) keys.add(keyId);
      else if (waiting.size < mostTenants) waiting.set(tenantId, new Set([keyId]));
      if (clock.monotonicMs() >= nextAtMs) send(hour);
    },
  };

  function send(hour: number): void {
    const [next] = waiting;
    if (next === undefined) return;
    const [tenantId, keys] = next;
    nextAtMs = clock.monotonicMs() + pauseMs;
    waiting.delete(tenantId);
    const key_ids = [...keys];
    runStatement(tenantId, noteKeyUses, { key_ids, hour: new Date(hour) }).then(
      () => {
        for (const keyId of key_ids) noted.set(keyId, hour);
      },
      () => undefined,
    );
  }
}

/** Authenticates, and notes that the key was used. */
export const notingUses =
  (authenticateTenant: AuthenticateTenant, uses: KeyUses): AuthenticateTenant =>
  async (key, options) => {
    const identity = await authenticateTenant(key, options);
    uses.note(identity.tenantId, identity);
    return identity;
  };
