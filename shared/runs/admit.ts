import { ServiceError } from '../errors';
import { isNotFound, isRetryable } from '../google/bigquery/failures';
import type { RunStatement } from '../google/bigquery/statements/run-statement';
import type { Log } from '../log';
import { admitKeyedRuns } from '../sql/runs/admit-keyed-runs';
import { admitRuns } from '../sql/runs/admit-runs';
import { withdrawRuns } from '../sql/runs/withdraw-runs';
import { measure } from '../telemetry/telemetry';
import { type CommitOutcome, createGroupCommit, TimeIsUp } from './group-commit';
import {
  type AdmissionState,
  type Candidate,
  knownRunsOf,
  type Verdict,
  verdictOf,
} from './rules/admission-rules';
import { startGraceMs } from './rules/run-times';

/** What admission says of a run, with the tenant's state that it follows from. */
export interface Admission {
  readonly verdict: Exclude<Verdict, { kind: 'undecided' }>;
  readonly state: AdmissionState | undefined;
}

/** Decides whether a run may start. Throws `unavailable` when it cannot be decided in time: never open. */
export type Admit = (tenantId: string, candidate: Candidate) => Promise<Admission>;

export interface AdmitDependencies {
  readonly runStatement: RunStatement;
  readonly now: () => Date;
  readonly log: Log;
}

export interface AdmitSettings {
  /** How long a request may take to be decided, in milliseconds; what may follow is a withdrawal. */
  readonly budgetMs: number;
  /** How long after it was sent a withdrawal may still take effect, in milliseconds. */
  readonly withdrawalValidMs: number;
}

/**
 * With the withdrawal that may follow, the budget makes the 15 s that a request has. A withdrawal that is valid for half
 * of reconcile's grace after them takes effect before any worker can know of its run, or not at all.
 */
const settingsByDefault: AdmitSettings = { budgetMs: 12_000, withdrawalValidMs: startGraceMs / 2 };
/** A statement that has not answered by then is asked again: it can be repeated at will. In milliseconds. */
const longestStatementMs = 10_000;
const longestWithdrawalMs = 3_000;
const unlimited = 1_000_000_000_000;
const fixedBytesPerCandidate = 400;

/**
 * Admission by group commit: one statement per tenant and instance at a time, for all requests that came while the one
 * before was under way. A tenant's throughput is so bounded by the batch and not by BigQuery's DML limits.
 */
export function createAdmit(deps: AdmitDependencies, changes: Partial<AdmitSettings> = {}): Admit {
  const settings = { ...settingsByDefault, ...changes };
  const submit = createGroupCommit<Candidate, Admission>({
    commit: (tenantId, candidates) => decide(tenantId, candidates, deps),
    isRetryable,
    budgetMs: settings.budgetMs,
    initialBackoffMs: 50,
    maximumBackoffMs: 2_000,
    // A thousand requests at once are two statements so, and with half of that they would be three.
    maximumItems: 1_000,
    // The tenant row comes back into the same request; the local SQL engine takes 4 MiB in all.
    maximumBytes: 2_000_000,
    bytesOf: (candidate) => Buffer.byteLength(candidate.parameters) + fixedBytesPerCandidate,
  });
  const withdraw = createWithdraw(deps, settings);
  return async (tenantId, candidate) => {
    try {
      return await submit(tenantId, candidate);
    } catch (error) {
      if (!(error instanceof TimeIsUp)) throw error;
      if (!error.wasTried) throw admissionUnavailable(nothingStarted, error);
      if (isKeyed(candidate)) throw admissionUnavailable(askAgainByKey, error);
      const isWithdrawn = await withdraw(tenantId, candidate.run_id);
      throw admissionUnavailable(isWithdrawn ? nothingStarted : mayStart, error);
    }
  };
}

/** One statement for a batch. Of several candidates with one id (the same idempotency key) the first stands for all. */
async function decide(
  tenantId: string,
  candidates: readonly Candidate[],
  deps: AdmitDependencies,
): Promise<readonly CommitOutcome<Admission>[]> {
  measure('tenant_pipelines.admission.batch.size', candidates.length);
  const now = deps.now();
  const distinct = new Map<string, Candidate>();
  for (const candidate of candidates) {
    if (!distinct.has(candidate.run_id)) distinct.set(candidate.run_id, candidate);
  }
  const state = await runAdmission(tenantId, [...distinct.values()], now, deps);
  const known = knownRunsOf(state);
  return candidates.map((candidate) => {
    const verdict = verdictOf(candidate, tenantId, state, known, now);
    if (verdict.kind === 'undecided') return { kind: 'again' };
    return { kind: 'done', result: { verdict, state } };
  });
}

async function runAdmission(
  tenantId: string,
  candidates: readonly Candidate[],
  now: Date,
  { runStatement }: AdmitDependencies,
): Promise<AdmissionState | undefined> {
  const keyed_run_ids = candidates.filter(isKeyed).map(({ run_id }) => run_id);
  const parameters = { tenant_id: tenantId, now, unlimited, candidates };
  const options = { timeoutMs: longestStatementMs };
  try {
    const { rows } =
      keyed_run_ids.length === 0
        ? await runStatement(tenantId, admitRuns, parameters, options)
        : await runStatement(tenantId, admitKeyedRuns, { ...parameters, keyed_run_ids }, options);
    return rows[0];
  } catch (error) {
    // The tenant's dataset is gone, and with it the row.
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

const isKeyed = ({ request_hash }: Candidate): boolean => request_hash !== null;

/**
 * Sees to it that a run whose caller is told of no start holds no slot and never gets one; by group commit, since many
 * requests' time is up together. Resolves to whether it could. Where it could not the run may simply be run, once:
 * reconcile starts what was admitted. A run under an idempotency key is never withdrawn: somebody else may have been
 * told of it, and its own caller finds it by asking again.
 */
function createWithdraw({ runStatement, now, log }: AdmitDependencies, { withdrawalValidMs }: AdmitSettings) {
  const submit = createGroupCommit<string, boolean>({
    commit: async (tenantId, run_ids) => {
      const sentAt = now();
      const valid_until = new Date(sentAt.getTime() + withdrawalValidMs);
      const parameters = { tenant_id: tenantId, run_ids, now: sentAt, valid_until };
      const options = { timeoutMs: longestWithdrawalMs };
      const { affectedRows } = await runStatement(tenantId, withdrawRuns, parameters, options);
      return run_ids.map(() => ({ kind: 'done', result: affectedRows > 0 }));
    },
    isRetryable,
    budgetMs: longestWithdrawalMs,
    initialBackoffMs: 50,
    maximumBackoffMs: 500,
    maximumItems: 1_000,
    maximumBytes: 200_000,
    bytesOf: (runId) => runId.length,
  });
  return async (tenantId: string, runId: string): Promise<boolean> => {
    try {
      return await submit(tenantId, runId);
    } catch (error) {
      const fields = { tenant_id: tenantId, run_id: runId, error };
      log('WARNING', 'An admission that came too late could not be withdrawn', fields);
      return false;
    }
  };
}

const nothingStarted = 'Nothing was started.';
const askAgainByKey = 'Whether it starts is found by asking again with the same Idempotency-Key.';
const mayStart =
  'It may still start: see your runs before you ask again. With an Idempotency-Key a request can be repeated safely.';

const admissionUnavailable = (consequence: string, cause: unknown) =>
  new ServiceError('unavailable', `The run could not be checked against its quota in time. ${consequence}`, {
    retryAfterSeconds: 5,
    cause,
  });
