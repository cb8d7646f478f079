import { ServiceError } from '../../errors';
import { unauthenticated } from '../../tenants/rules/api-key';
import {
  byteQuotaExceeded,
  concurrencyKeyBusy,
  concurrentLimitReached,
  idempotencyKeyReused,
  ledgerIsBehind,
  monthlyQuotaExceeded,
  queueFull,
  runWithdrawn,
  tenantInactive,
  tooManySlots,
} from './admission-refusals';
import type { Queueing, RunOrigin } from './ledger-row';
import { startOfMonth } from './months';

/** A run that asks for admission. */
export interface Candidate extends RunOrigin, Queueing {
  readonly run_id: string;
  /** provider/domain/pipeline_id */
  readonly pipeline: string;
  /** Canonical JSON text of the parameters, at most 32 KB. */
  readonly parameters: string;
  readonly trigger: string;
  /**
   * Set where the run's id follows from an idempotency key, so that it may have been admitted long ago:
   * SHA-256 of the pipeline and the parameters as they were given, which tells a repeat from another request
   * under the same key. Null for a run with an id of its own.
   */
  readonly request_hash: string | null;
  /** The API key that the request came with. */
  readonly key_id: string;
  readonly lease_seconds: number;
  /** What becomes of it where there is no slot for it now. */
  readonly at_limit: AtLimit;
  /** How long it may wait in the queue. */
  readonly queue_seconds: number;
}

/**
 * What a run does where it finds the slots full, or as many runs with its concurrency key as may run at once.
 * `queue`: it waits, if its tenant has a queue, and else is refused. `cancel_oldest`: it takes the place of the
 * oldest run of its pipeline and key.
 */
export const atLimits = ['refuse', 'queue', 'cancel_oldest'] as const;
export type AtLimit = (typeof atLimits)[number];

/** A run that the tenant row or the ledger knows. */
export interface KnownRun extends Pick<Candidate, 'run_id' | 'request_hash'> {
  /** Its place in the queue, from 1; null or absent where it does not wait. */
  readonly queue_place?: number | null | undefined;
}

/** A tenant's quotas and what is used of them. */
export interface QuotaState {
  /** null is unlimited. */
  readonly max_pipelines_per_month: number | null;
  readonly max_concurrent_pipelines: number | null;
  readonly used_this_month: number;
  /** A day of the month that is counted, as far as the row knows: 2026-11-01. */
  readonly quota_reset_date: string;
  /** The slots that are held: one a run, unless its pipeline takes more. Expired leases hold none. */
  readonly running: number;
  /** How many runs wait for slots. Unknown where it was not asked: then nobody may, or somebody. */
  readonly queued?: number;
  /** null is unlimited. */
  readonly max_bytes_billed_per_month: number | null;
  /** What BigQuery billed for this month's runs that are over. */
  readonly bytes_this_month: number;
}

/** A run whose place a later one of the same pipeline and concurrency key may take. */
export type OldestRun = Pick<Candidate, 'pipeline' | 'concurrency_key' | 'run_id'>;

/** The tenant row as the admission statement reports it, after it has decided. */
export interface AdmissionState extends QuotaState {
  readonly is_active: boolean;
  /** What a suspended tenant is told of why it is. */
  readonly suspension_public_reason: string | null;
  /** Outcomes that were not seen in the ledger yet. */
  readonly waiting_outcomes: number;
  /** How many runs may wait in the queue, how many do, and how many more would find a place. */
  readonly max_queued_pipelines: number;
  readonly queued: number;
  readonly queue_left: number;
  /** How long runs took lately, in milliseconds. null: not known. */
  readonly mean_run_ms: number | null;
  /** How many runs hold a slot with a candidate's concurrency key. */
  readonly keys_held: readonly { readonly concurrency_key: string; readonly runs: number }[];
  /** For candidates that may take its place: the oldest run in flight of their pipeline, by concurrency key. */
  readonly oldest: readonly OldestRun[];
  /** Of the candidates' API keys those that are revoked. */
  readonly revoked_key_ids: readonly string[];
  /** The candidates that get no slot any more: they are over, or nobody waits for them. */
  readonly withdrawn: readonly string[];
  /** The candidates that hold a slot now, wait for one or are settled. */
  readonly known: readonly KnownRun[];
  /** The candidates that are in the ledger. */
  readonly finished: readonly KnownRun[];
}

/**
 * With so many outcomes that wait for the ledger nothing is admitted: the tenant row holds them, and must not
 * grow without bound while the ledger takes no rows.
 */
export const mostWaitingOutcomes = 5_000;

/**
 * While `all_runs` takes no rows, outcomes that the ledger has wait for it up to this number. Admission does not
 * suffer from a table that decides nothing.
 */
export const mostWaitingForAllRuns = mostWaitingOutcomes / 2;

export type Verdict =
  /** `isOver`: long ago, under the same idempotency key, and the ledger has it. */
  | { readonly kind: 'admitted'; readonly isOver?: boolean }
  /** It is admitted and counted, and waits for a slot. */
  | { readonly kind: 'queued'; readonly place: QueuePlace }
  | {
      readonly kind: 'refused';
      readonly error: ServiceError;
      /** The run whose place it may take. */
      readonly oldestRunId?: string | undefined;
    }
  /** The row changed between decision and report: there is room now. The statement has to be asked again. */
  | { readonly kind: 'undecided' };

/** Where a run waits, as its tenant is told. */
export interface QueuePlace {
  /** From 1. */
  readonly place: number;
  /** How long it will wait, by how long runs took lately. null: not known. */
  readonly estimated_wait_seconds: number | null;
}

/** Pure. Of a tenant with so many slots, each of which is free again after the mean time of a run. */
export const queuePlaceOf = (
  place: number,
  { max_concurrent_pipelines, mean_run_ms }: Pick<AdmissionState, 'max_concurrent_pipelines' | 'mean_run_ms'>,
): QueuePlace => ({
  place,
  estimated_wait_seconds:
    mean_run_ms === null
      ? null
      : Math.ceil((Math.ceil(place / Math.max(1, max_concurrent_pipelines ?? 1)) * mean_run_ms) / 1000),
});

/** These runs, by run id. Of several with one id the first. */
export const byRunId = (runs: readonly KnownRun[]): ReadonlyMap<string, KnownRun> =>
  new Map(runs.toReversed().map((run) => [run.run_id, run]));

/**
 * What became of a candidate. The statement (shared/sql/runs/admit-runs.ts) has decided already; this explains
 * its decision. A candidate that is known is admitted, unless it is another request under a used idempotency
 * key. For the others the first of these is the reason: there is no row, the run is withdrawn, the key is revoked, the tenant is
 * inactive, too many outcomes wait for the ledger, the month is full, the byte budget is used up, the slots
 * are full.
 */
export function verdictOf(
  candidate: Candidate,
  tenantId: string,
  state: AdmissionState | undefined,
  known: ReadonlyMap<string, KnownRun>,
  now: Date,
): Verdict {
  if (state === undefined)
    return refuse(new ServiceError('tenant_not_found', `There is no tenant '${tenantId}'`));
  const run = known.get(candidate.run_id);
  if (run !== undefined) {
    const verdict = verdictOfKnown(candidate, run, state);
    const isOver = !state.known.some(({ run_id }) => run_id === candidate.run_id);
    return verdict.kind === 'admitted' ? { ...verdict, isOver } : verdict;
  }
  if (state.withdrawn.includes(candidate.run_id)) return refuse(runWithdrawn());
  if (state.revoked_key_ids.includes(candidate.key_id)) return refuse(unauthenticated());
  if (!state.is_active) return refuse(tenantInactive(state.suspension_public_reason));
  if (state.waiting_outcomes >= mostWaitingOutcomes) return refuse(ledgerIsBehind());
  const { used_this_month, max_pipelines_per_month } = state;
  if (max_pipelines_per_month !== null && used_this_month >= max_pipelines_per_month) {
    return refuse(monthlyQuotaExceeded(used_this_month, max_pipelines_per_month, countedAt(state, now)));
  }
  if (isBudgetUsedUp(state)) return refuse(byteQuotaExceeded(state, countedAt(state, now)));
  return verdictAtLimit(candidate, state) ?? { kind: 'undecided' };
}

/** Whether a candidate has to wait for a slot, or be refused. */
export function isAtLimit(candidate: Candidate, state: AdmissionState): boolean {
  const { running, max_concurrent_pipelines: quota, queued } = state;
  // Whoever waits goes first, even where a slot is free that is not enough for it.
  const areSlotsFull = quota !== null && (running + (candidate.slots ?? 1) > quota || queued > 0);
  return areSlotsFull || isKeyFull(candidate, state);
}

const runsOfKey = (key: string | null, { keys_held }: AdmissionState): number =>
  keys_held.find(({ concurrency_key }) => concurrency_key === key)?.runs ?? 0;

const isKeyFull = ({ concurrency_key: key, concurrency_limit }: Candidate, state: AdmissionState): boolean =>
  key !== null && runsOfKey(key, state) >= (concurrency_limit ?? Number.POSITIVE_INFINITY);

/** Why a candidate got neither a slot nor a place in the queue. Undefined where there is room by now. */
function verdictAtLimit(candidate: Candidate, state: AdmissionState): Verdict | undefined {
  const { running, max_concurrent_pipelines: quota, queued, max_queued_pipelines } = state;
  const slots = candidate.slots ?? 1;
  if (quota !== null && slots > quota)
    return refuse(
      quota === 0 ? concurrentLimitReached(running, quota, candidate.run_id) : tooManySlots(slots, quota),
    );
  if (!isAtLimit(candidate, state)) return undefined;
  const { concurrency_key: key, concurrency_limit } = candidate;
  if (candidate.at_limit === 'queue' && max_queued_pipelines > 0) {
    return state.queue_left > 0
      ? undefined
      : refuse(queueFull(queued, max_queued_pipelines, candidate.run_id));
  }
  const error = isKeyFull(candidate, state)
    ? concurrencyKeyBusy(runsOfKey(key, state), concurrency_limit ?? 0, candidate.run_id)
    : concurrentLimitReached(running, quota ?? 0, candidate.run_id);
  // While others wait, the slot of the oldest would be theirs.
  if (candidate.at_limit !== 'cancel_oldest' || queued > 0) return refuse(error);
  const oldest = state.oldest.find(
    ({ pipeline, concurrency_key }) => pipeline === candidate.pipeline && concurrency_key === key,
  );
  return { kind: 'refused', error, oldestRunId: oldest?.run_id };
}

const nothingKnown = { max_concurrent_pipelines: null, mean_run_ms: null };

/** A candidate whose run is known: it is its own, unless it is another request under a used key. */
export function verdictOfKnown(
  candidate: Pick<Candidate, 'request_hash'>,
  run: KnownRun,
  state: Pick<AdmissionState, 'max_concurrent_pipelines' | 'mean_run_ms'> = nothingKnown,
): Exclude<Verdict, { kind: 'undecided' }> {
  if (run.request_hash !== candidate.request_hash) return refuse(idempotencyKeyReused());
  const { queue_place: place } = run;
  return place === null || place === undefined
    ? { kind: 'admitted' }
    : { kind: 'queued', place: queuePlaceOf(place, state) };
}

const refuse = (error: ServiceError) => ({ kind: 'refused' as const, error });

/** Whether BigQuery has billed as much this month as it may. Runs that are under way can go beyond that. */
export const isBudgetUsedUp = (
  state: Pick<QuotaState, 'max_bytes_billed_per_month' | 'bytes_this_month'>,
): boolean =>
  state.max_bytes_billed_per_month !== null && state.bytes_this_month >= state.max_bytes_billed_per_month;

/**
 * The time by which the month counts: an instance whose clock is behind, or was set back over a month's
 * border, counts into the month that the row is in.
 */
export function countedAt({ quota_reset_date }: Pick<QuotaState, 'quota_reset_date'>, now: Date): Date {
  const month = startOfMonth(new Date(quota_reset_date));
  return now > month ? now : month;
}

/** How many runs count in this month, by the stored counters: in a new month (UTC) nothing is used yet. */
export const usedThisMonth = (
  counters: { readonly quota_reset_date: string; readonly pipeline_runs_this_month: number },
  now: Date,
): number => (isOfEarlierMonth(counters, now) ? 0 : counters.pipeline_runs_this_month);

/** The same for the bytes that BigQuery billed. */
export const bytesThisMonth = (
  counters: { readonly quota_reset_date: string; readonly bytes_billed_this_month: number | null },
  now: Date,
): number => (isOfEarlierMonth(counters, now) ? 0 : (counters.bytes_billed_this_month ?? 0));

const isOfEarlierMonth = ({ quota_reset_date }: { readonly quota_reset_date: string }, now: Date): boolean =>
  quota_reset_date < startOfMonth(now).toISOString().slice(0, 10);
