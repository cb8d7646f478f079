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

/** Pure. All runs in flight, those first that have waited, or have had their slot, the longest. */
export const longestInFlight = (tenants: readonly ReadTenant[]): readonly ShownRunInFlight[] =>
  tenants
    .flatMap(runsOf)
    .sort((one, other) => (isBeforeInFlight(placeInFlight(one), placeInFlight(other)) ? -1 : 1));

export const placeInFlight = ({ since, tenant_id, run_id }: ShownRunInFlight): PlaceInFlight => [
  since,
  tenant_id,
  run_id,
];

/** Times of one form and ids have the order of their texts. */
export function isBeforeInFlight(one: PlaceInFlight, other: PlaceInFlight): boolean {
  const at = one.findIndex((part, index) => part !== other[index]);
  return at >= 0 && String(one[at]) < String(other[at]);
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
