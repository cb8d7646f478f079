/**
 * How long deliveries of a run's message may take beside the run itself: back-off between them, and
 * hand-overs.
 */
const deliveryAllowanceSeconds = 1_800;

/** A lease outlasts the pipeline's timeout plus its deliveries. In seconds. */
export const leaseSecondsOf = (pipeline: { readonly timeout_seconds: number }): number =>
  pipeline.timeout_seconds + deliveryAllowanceSeconds;

/** How long a run's lease lasts, whether it has waited for its slot or not. In seconds. */
export const leaseSecondsGiven = (run: Leased): number =>
  run.lease_seconds ?? Math.round((run.lease_expires_at.getTime() - run.admitted_at.getTime()) / 1_000);

/** What says of a run in flight how long it may last. */
export interface Leased {
  readonly admitted_at: Date;
  readonly lease_expires_at: Date;
  readonly lease_seconds: number | null;
  readonly handed_on_at: Date | null;
}

/**
 * So long after a lease has ended its run is left alone: clocks differ, usually by less, and whoever works on the run
 * ends it meanwhile, or has a job of it that can be seen by then. In milliseconds.
 */
export const leaseGraceMs = 120_000;

/** A run that never began is tried for so long beyond a lease in which no worker had room for it. In milliseconds. */
const longestUnbegunMs = 86_400_000;
/** And so long after its admission at most: a week in the queue, and a day. In milliseconds. */
const longestTriedMs = 8 * 86_400_000;

/**
 * Until when a run that never began goes back to the queue, and may wait there: by when it got its slot, so what it
 * had waited in the queue before is not held against it. One that was put back and has got a slot again is tried for
 * a day from there.
 */
export const mayBeginUntil = (run: Leased): Date => {
  const slotAt = (run.handed_on_at ?? run.admitted_at).getTime();
  const until = slotAt + leaseSecondsGiven(run) * 1_000 + longestUnbegunMs;
  return new Date(Math.min(until, run.admitted_at.getTime() + longestTriedMs));
};

/**
 * With less than this left of its lease no run is begun, and with less than the other none is gone on with: reconcile
 * decides about it once the lease is over. So nothing begins that would be ended a moment later, unless its pipeline
 * takes longer; and a run that was begun within ten minutes of its lease has by then used up its pipeline's timeout
 * anyway. What a run that began late has done is not given up for what little is left. In milliseconds.
 */
const leastLeaseMs =
  (most: number) =>
  (pipeline: { readonly timeout_seconds: number }): number =>
    Math.min(pipeline.timeout_seconds * 1_000, most);
export const leastToBeginMs = leastLeaseMs(600_000);
export const leastToGoOnMs = leastLeaseMs(60_000);

/**
 * A run that has not finished this long after its admission may not have been started. Reconcile starts it
 * then, and never earlier. In milliseconds.
 */
export const startGraceMs = 120_000;

/**
 * So long at most a run that has not finished waits to be published again, and a call of reconcile longer: workers
 * acknowledge what waits for a place, and one that dies loses it. It costs such a run about half of what a lease allows
 * for deliveries. In milliseconds.
 */
export const longestPauseMs = (deliveryAllowanceSeconds * 1_000) / 2;

/**
 * Whoever settled a run is appending it for so long, or has failed. Reconcile appends it then; if it is early,
 * because clocks differ, the ledger has the same row twice. In milliseconds.
 */
export const appendGraceMs = 20_000;

/**
 * So long the ledger waits for a settled run to be told to others. They are told within seconds, or nobody can
 * be. In milliseconds.
 */
export const longestUntoldMs = 3_600_000;

/** When reconcile does what others should have done. */
export interface ReconcileRule extends RepublishRule {
  /** A settled run that is not in the ledger this long after its outcome was decided is appended. In milliseconds. */
  readonly appendGraceMs: number;
}

export interface RepublishRule {
  /** A run that has not finished this long after its admission may not have been started. In milliseconds. */
  readonly startGraceMs: number;
  /** Between two calls of reconcile. In milliseconds. */
  readonly intervalMs: number;
  /** From this age on it is published again once each time so much has passed. In milliseconds; never unless given. */
  readonly longestPauseMs?: number;
}

/**
 * Whether a run of this age is published again by this call of reconcile. Nothing says whether a worker has
 * it, and a repeated message does no harm but costs a delivery: so it is sent each time the run's age has
 * doubled, and later each time that the longest pause has passed.
 *
 * An age far below 0 says that clocks differ, or that one has jumped. Nobody knows how old such a run is, and
 * it must not wait until the clocks agree: it is sent by each call.
 */
export function isDue(ageMs: number, rule: RepublishRule): boolean {
  const { startGraceMs, intervalMs, longestPauseMs: pauseMs = Number.POSITIVE_INFINITY } = rule;
  if (ageMs <= -startGraceMs) return true;
  if (ageMs < startGraceMs) return false;
  // A call that is missed is made up for by the next pause: the run may well be worked on.
  if (ageMs >= pauseMs) return Math.floor(ageMs / pauseMs) > Math.floor((ageMs - intervalMs) / pauseMs);
  // Calls come irregularly: looking two intervals back catches a doubling that the last call missed.
  const before = ageMs - 2 * intervalMs;
  if (before < startGraceMs) return true;
  return Math.floor(Math.log2(ageMs / startGraceMs)) > Math.floor(Math.log2(before / startGraceMs));
}
