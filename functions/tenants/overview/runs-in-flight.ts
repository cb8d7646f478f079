import { z } from 'zod';
import type { RunInFlight } from '../../../shared/google/bigquery/tables/read-admission-state';
import { queuePlaceOf } from '../../../shared/runs/rules/admission-rules';
import { runIdSchema } from '../../../shared/runs/rules/run-identity';
import { tenantIdSchema } from '../../../shared/tenants/rules/tenant-id';
import type { ReadTenant } from './quota-shares';

/** A run that waits or has a slot, as operators see it. Without parameters, which are the tenant's. */
type ShownRunInFlight = ReturnType<typeof runsOf>[number];

/** Where a page ends: since when, whose and which run. */
export const placeInFlightSchema = z.tuple([z.iso.datetime(), tenantIdSchema, runIdSchema]);
type PlaceInFlight = z.infer<typeof placeInFlightSchema>;

/** Of each reading. There may be very many runs, and a reading is shown more often than it is made. */
const shown = new WeakMap<readonly ReadTenant[], readonly ShownRunInFlight[]>();

/** All runs in flight, those first that have waited, or have had their slot, the longest; put in order once. */
export function longestInFlight(tenants: readonly ReadTenant[]): readonly ShownRunInFlight[] {
  const known = shown.get(tenants);
  if (known !== undefined) return known;
  const runs = tenants
    .flatMap(runsOf)
    .sort((one, other) => (isBeforeInFlight(placeInFlight(one), placeInFlight(other)) ? -1 : 1));
  shown.set(tenants, runs);
  return runs;
}

export const placeInFlight = ({ since, tenant_id, run_id }: ShownRunInFlight): PlaceInFlight => [
  since,
  tenant_id,
  run_id,
];

/** Times of one form and ids have the order of their texts. */
export function isBeforeInFlight(
  [since, tenantId, runId]: PlaceInFlight,
  [otherSince, otherTenantId, otherRunId]: PlaceInFlight,
): boolean {
  if (since !== otherSince) return since < otherSince;
  return tenantId === otherTenantId ? runId < otherRunId : tenantId < otherTenantId;
}

function runsOf({ tenantId, tenant }: ReadTenant) {
  const places = placesInQueue(tenant.in_flight);
  return tenant.in_flight.map((run) => {
    const place = places.get(run.run_id);
    const isQueued = run.queued_until !== null;
    return {
      tenant_id: tenantId,
      run_id: run.run_id,
      pipeline: run.pipeline,
      status: isQueued ? ('QUEUED' as const) : ('ADMITTED' as const),
      admitted_at: run.admitted_at.toISOString(),
      since: (run.handed_on_at ?? run.admitted_at).toISOString(),
      lease_expires_at: isQueued ? null : run.lease_expires_at.toISOString(),
      queue:
        place === undefined
          ? null
          : { ...queuePlaceOf(place, tenant), until: run.queued_until?.toISOString() ?? null },
    };
  });
}

/** As queuePlaces of shared/sql/runs/hand-on.ts: by the time of admission less the priority, else as they came. */
function placesInQueue(runs: readonly RunInFlight[]): ReadonlyMap<string, number> {
  const turnOf = ({ admitted_at, priority }: RunInFlight) => admitted_at.getTime() - (priority ?? 0) * 1_000;
  const waiting = runs.filter(({ queued_until }) => queued_until !== null);
  const inOrder = waiting.toSorted((one, other) => turnOf(one) - turnOf(other));
  return new Map(inOrder.map(({ run_id }, index) => [run_id, index + 1]));
}
