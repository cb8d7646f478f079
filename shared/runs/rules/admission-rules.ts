import { ServiceError } from '../../errors';
import { unauthenticated } from '../../tenants/rules/api-key';
import type { RunOrigin } from './ledger-row';

/** A run that asks for admission. */
export interface Candidate extends RunOrigin {
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
}

/** A run that the tenant row or the ledger knows. */
export type KnownRun = Pick<Candidate, 'run_id' | 'request_hash'>;

/** A tenant's quotas and what is used of them. */
export interface QuotaState {
  /** null is unlimited. */
  readonly max_pipelines_per_month: number | null;
  readonly max_concurrent_pipelines: number | null;
  readonly used_this_month: number;
  /** A day of the month that is counted, as far as the row knows: 2026-11-01. */
  readonly quota_reset_date: string;
  /** Unexpired slots. */
  readonly running: number;
  /** null is unlimited. */
  readonly max_bytes_billed_per_month: number | null;
  /** What BigQuery billed for this month's runs that are over. */
  readonly bytes_this_month: number;
}

/** The tenant row as the admission statement reports it, after it has decided. */
export interface AdmissionState extends QuotaState {
  readonly is_active: boolean;
  /** What a suspended tenant is told of why it is. */
  readonly suspension_public_reason: string | null;
  /** Outcomes that were not seen in the ledger yet. */
  readonly waiting_outcomes: number;
  /** Of the candidates' API keys those that are revoked. */
  readonly revoked_key_ids: readonly string[];
  /** The candidates that hold a slot now or are settled. */
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
  | { readonly kind: 'admitted' }
  | { readonly kind: 'refused'; readonly error: ServiceError }
  /** The row changed between decision and report: there is room now. The statement has to be asked again. */
  | { readonly kind: 'undecided' };

/** These runs, by run id. Of several with one id the first. */
export const byRunId = (runs: readonly KnownRun[]): ReadonlyMap<string, KnownRun> =>
  new Map(runs.toReversed().map((run) => [run.run_id, run]));

/**
 * What became of a candidate. The statement (shared/sql/runs/admit-runs.ts) has decided already; this explains
 * its decision. A candidate that is known is admitted, unless it is another request under a used idempotency
 * key. For the others the first of these is the reason: there is no row, the key is revoked, the tenant is
 * inactive, too many outcomes wait for the ledger, the month is full, the byte budget is used up, the slots
 * are full.
 */
export function verdictOf(
  candidate: Pick<Candidate, 'run_id' | 'request_hash' | 'key_id'>,
  tenantId: string,
  state: AdmissionState | undefined,
  known: ReadonlyMap<string, KnownRun>,
  now: Date,
): Verdict {
  if (state === undefined)
    return refuse(new ServiceError('tenant_not_found', `There is no tenant '${tenantId}'`));
  const run = known.get(candidate.run_id);
  if (run !== undefined) return verdictOfKnown(candidate, run);
  if (state.revoked_key_ids.includes(candidate.key_id)) return refuse(unauthenticated());
  if (!state.is_active) return refuse(tenantInactive(state.suspension_public_reason));
  if (state.waiting_outcomes >= mostWaitingOutcomes) return refuse(ledgerIsBehind());
  const { used_this_month, max_pipelines_per_month, running, max_concurrent_pipelines } = state;
  if (max_pipelines_per_month !== null && used_this_month >= max_pipelines_per_month) {
    return refuse(monthlyQuotaExceeded(used_this_month, max_pipelines_per_month, countedAt(state, now)));
  }
  if (isBudgetUsedUp(state)) return refuse(byteQuotaExceeded(state, countedAt(state, now)));
  if (max_concurrent_pipelines !== null && running >= max_concurrent_pipelines) {
    return refuse(concurrentLimitReached(running, max_concurrent_pipelines, candidate.run_id));
  }
  return { kind: 'undecided' };
}

/** A candidate whose run is known: it is its own, unless it is another request under a used key. */
export const verdictOfKnown = (
  candidate: Pick<Candidate, 'request_hash'>,
  run: KnownRun,
): Exclude<Verdict, { kind: 'undecided' }> =>
  run.request_hash === candidate.request_hash ? { kind: 'admitted' } : refuse(idempotencyKeyReused());

const refuse = (error: ServiceError) => ({ kind: 'refused' as const, error });

const tenantInactive = (publicReason: string | null) =>
  new ServiceError(
    'tenant_inactive',
    ['Tenant account is inactive. Contact support to reactivate.', publicReason ?? ''].join(' ').trimEnd(),
  );

const ledgerIsBehind = () =>
  new ServiceError('unavailable', 'Too many finished runs wait to be recorded. Nothing was started.', {
    retryAfterSeconds: 60,
  });

const idempotencyKeyReused = () =>
  new ServiceError(
    'idempotency_key_reused',
    'This Idempotency-Key was used for a request with another pipeline or other parameters. Use a new key.',
  );

const monthlyQuotaExceeded = (used: number, quota: number, now: Date) =>
  new ServiceError(
    'monthly_quota_exceeded',
    `Monthly pipeline quota exceeded. Used ${used}/${quota}. Upgrade subscription or wait for monthly reset.`,
    {
      members: { used, quota, resets_at: nextMonthOf(now).toISOString() },
      retryAfterSeconds: secondsLeftInMonth(now),
    },
  );

/** Whether BigQuery has billed as much this month as it may. Runs that are under way can go beyond that. */
export const isBudgetUsedUp = (
  state: Pick<QuotaState, 'max_bytes_billed_per_month' | 'bytes_this_month'>,
): boolean =>
  state.max_bytes_billed_per_month !== null && state.bytes_this_month >= state.max_bytes_billed_per_month;

const byteQuotaExceeded = (state: QuotaState, now: Date) =>
  new ServiceError(
    'byte_quota_exceeded',
    `Monthly byte budget exceeded. BigQuery billed ${state.bytes_this_month}/${state.max_bytes_billed_per_month} bytes. Upgrade subscription or wait for monthly reset.`,
    {
      members: {
        used: state.bytes_this_month,
        quota: state.max_bytes_billed_per_month,
        resets_at: nextMonthOf(now).toISOString(),
      },
      retryAfterSeconds: secondsLeftInMonth(now),
    },
  );

const concurrentLimitReached = (running: number, quota: number, runId: string) =>
  new ServiceError(
    'concurrent_limit_reached',
    `Concurrent pipeline limit reached. ${running}/${quota} pipelines running. Wait for current pipelines to complete or upgrade subscription.`,
    { members: { running, quota }, retryAfterSeconds: jitteredSeconds(runId) },
  );

/** 1 to 4: clients that were refused together must not come back together. Run ids are random enough. */
const jitteredSeconds = (runId: string): number =>
  1 + ([...runId].reduce((sum, character) => sum + character.charCodeAt(0), 0) % 4);

/** A quota and what is left of it. */
export interface QuotaLeft {
  readonly quota: number;
  /** Never below 0, though a quota may have been lowered below what is used. */
  readonly left: number;
}

/** Of a quota that begins anew each month. */
export interface MonthlyLeft extends QuotaLeft {
  readonly monthSeconds: number;
  readonly secondsLeft: number;
}

export interface QuotasLeft {
  /** Undefined: unlimited. */
  readonly monthly?: MonthlyLeft;
  /** Undefined: unlimited. */
  readonly bytes?: MonthlyLeft;
  /** Undefined: unlimited. */
  readonly concurrent?: QuotaLeft;
}

/** What is left of the tenant's quotas, for the headers of every answer that starts a run. */
export function quotasLeft(state: QuotaState, time: Date): QuotasLeft {
  const now = countedAt(state, time);
  const {
    max_pipelines_per_month: monthly,
    max_concurrent_pipelines: concurrent,
    max_bytes_billed_per_month: bytes,
  } = state;
  const ofMonth = (quota: number, used: number): MonthlyLeft => ({
    quota,
    left: Math.max(0, quota - used),
    monthSeconds: (nextMonthOf(now).getTime() - startOfMonth(now).getTime()) / 1000,
    secondsLeft: secondsLeftInMonth(now),
  });
  return {
    ...(monthly !== null && { monthly: ofMonth(monthly, state.used_this_month) }),
    ...(bytes !== null && { bytes: ofMonth(bytes, state.bytes_this_month) }),
    ...(concurrent !== null && {
      concurrent: { quota: concurrent, left: Math.max(0, concurrent - state.running) },
    }),
  };
}

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

const startOfMonth = (now: Date): Date => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));

/** The first instant of the next month, UTC. */
export const nextMonthOf = (now: Date): Date =>
  new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));

/** Rounded up. */
const secondsLeftInMonth = (now: Date): number =>
  Math.ceil((nextMonthOf(now).getTime() - now.getTime()) / 1000);
