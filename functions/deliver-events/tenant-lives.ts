import type { ReadTenantLife } from '../../shared/google/bigquery/tables/read-tenant-state';
import { createBoundedMap } from '../../shared/support/bounded-map';

/** The id of a tenant's life of now, at most a minute old: null for one that has none; undefined where there is no such tenant. */
export type LifeOf = (tenantId: string) => Promise<string | null | undefined>;

/** In milliseconds. */
const longestKnownMs = 60_000;
const mostKnown = 10_000;

export function createTenantLives(readTenantLife: ReadTenantLife, monotonicMs: () => number): LifeOf {
  const known = createBoundedMap<{ readonly life: string | null | undefined; readonly readAt: number }>(
    mostKnown,
  );
  return async (tenantId) => {
    const found = known.get(tenantId);
    if (found !== undefined && monotonicMs() - found.readAt < longestKnownMs) return found.life;
    const readAt = monotonicMs();
    const life = (await readTenantLife(tenantId))?.onboarding_id;
    known.set(tenantId, { life, readAt });
    return life;
  };
}
