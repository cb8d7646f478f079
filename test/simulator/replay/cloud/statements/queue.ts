import { isQueued, type Slot } from '../../../../../shared/runs/rules/ledger-row';
import { cellOf } from '../statement-model';
import { slotsHeld, type TenantRecord } from '../tables';
import { compare } from './recorded';

const unlimited = Number.POSITIVE_INFINITY;

/** When a run's turn comes. */
export const turnOf = ({ admitted_at, priority }: Slot): Date =>
  new Date(admitted_at.getTime() - (priority ?? 0) * 1000);

/** Those that wait, in the order of their turns. The sort is stable: of one turn, as they came. */
const inTurn = (runs: readonly Slot[]): readonly Slot[] =>
  runs.filter(isQueued).toSorted((one, other) => compare(turnOf(one), turnOf(other)));

/** The runs of these that get a slot now, by run id. */
export function startable(
  runs: readonly Slot[],
  { max_concurrent_pipelines }: Pick<TenantRecord, 'max_concurrent_pipelines'>,
  now: Date,
): ReadonlySet<string> {
  const most = max_concurrent_pipelines ?? unlimited;
  const held = runs.filter((run) => run.lease_expires_at > now && !isQueued(run));
  const ofKey = new Map<string, number>();
  const count = (key: string) => {
    const runsOfKey = (ofKey.get(key) ?? 0) + 1;
    ofKey.set(key, runsOfKey);
    return runsOfKey;
  };
  for (const { concurrency_key } of held) if (concurrency_key !== null) count(concurrency_key);
  let left = most - slotsHeld(runs, now);
  const starting = new Set<string>();
  for (const run of inTurn(runs)) {
    const slots = run.slots ?? 1;
    if (run.queued_until === null || run.queued_until <= now || slots > most) continue;
    const { concurrency_key, concurrency_limit } = run;
    if (concurrency_key !== null && count(concurrency_key) > (concurrency_limit ?? 0)) continue;
    left -= slots;
    if (left < 0) break;
    starting.add(run.run_id);
  }
  return starting;
}

/** The same runs, after these of them left the queue: they come last. */
export const handedOn = (
  runs: readonly Slot[],
  starting: ReadonlySet<string>,
  now: Date,
): readonly Slot[] => [
  ...runs.filter(({ run_id }) => !starting.has(run_id)),
  ...runs
    .filter(({ run_id }) => starting.has(run_id))
    .map((run) => ({
      ...run,
      lease_expires_at: new Date(now.getTime() + (run.lease_seconds ?? 0) * 1000),
      queued_until: null,
      handed_on_at: now,
    })),
];

/** A run's place in the queue, from 1; null where it does not wait. */
export function placeOf(runs: readonly Slot[], runId: string): number | null {
  const place = inTurn(runs).findIndex(({ run_id }) => run_id === runId);
  return place === -1 ? null : place + 1;
}

export const runsQueued = (runs: readonly Slot[]): number => runs.filter(isQueued).length;

/** Those that left the queue since then, as they are told. */
export const handedOnSince = (runs: readonly Slot[], since: Date | null) =>
  runs
    .filter(({ handed_on_at }) => handed_on_at !== null && since !== null && handed_on_at >= since)
    .map(({ run_id, pipeline }) => ({ run_id, pipeline }));

/** An entry of `active_runs`, as a query gives it. */
export const slotCells = (slot: Slot) => ({
  ...slot,
  admitted_at: cellOf(slot.admitted_at),
  lease_expires_at: cellOf(slot.lease_expires_at),
  queued_until: cellOf(slot.queued_until),
  handed_on_at: cellOf(slot.handed_on_at),
});

/** What is kept of a run in flight once it is settled. */
export function keptOf(slot: Slot) {
  const { lease_expires_at: _, queued_until: __, lease_seconds: ____, ...rest } = slot;
  const {
    priority: _____,
    slots: ______,
    concurrency_key: _______,
    concurrency_limit: ________,
    ...kept
  } = rest;
  return kept;
}
