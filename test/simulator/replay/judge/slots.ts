import { isQueued, type Slot } from '../../../../shared/runs/rules/ledger-row';
import { startable, turnOf } from '../cloud/statements/queue';
import { slotsHeld, type TenantRecord } from '../cloud/tables';
import type { InvariantName } from './invariants';

/** Some runs have a slot now that had none, or others are over. */
export function judgeSlots(
  tenantId: string,
  tenant: TenantRecord,
  starting: readonly Slot[],
  violate: (invariant: InvariantName, facts: string) => void,
): void {
  const { max_concurrent_pipelines: slots, active_runs, updated_at: now } = tenant;
  const running = slotsHeld(active_runs, now);
  // Where there are fewer slots than before, those that are held stay, and nothing starts.
  if (starting.length > 0 && slots !== null && running > slots)
    violate('quota', `${tenantId}: ${running} of ${slots} slots`);
  const held = active_runs.filter((run) => !isQueued(run) && run.lease_expires_at > now);
  for (const { concurrency_key: key, concurrency_limit: limit } of starting) {
    const ofKey = held.filter(({ concurrency_key }) => concurrency_key === key).length;
    if (key !== null && ofKey > (limit ?? 0))
      violate('quota', `${tenantId}: ${ofKey} of ${limit} for ${key}`);
  }
  // Only a key of its own, or slots that the tenant does not have, keep a run from its turn.
  const passedOver = active_runs.find(
    (run) =>
      isQueued(run) &&
      (run.queued_until ?? now) > now &&
      run.concurrency_key === null &&
      (run.slots ?? 1) <= (slots ?? Number.POSITIVE_INFINITY) &&
      starting.some((other) => turnOf(other) > turnOf(run)),
  );
  if (passedOver !== undefined) violate('turn', `${tenantId} ${passedOver.run_id} was passed over`);
  // Whoever gives slots gives all that there are.
  const [left] = tenant.is_active ? startable(active_runs, tenant, now) : [];
  if (left !== undefined) violate('turn', `${tenantId} ${left} waits though there is a slot for it`);
}
