import { isNotFound, isRetryable } from './adapters/bigquery/failures';
import type { RunStatement } from './adapters/bigquery/run-statement';
import { type AdmissionState, type Candidate, type Verdict, verdictOf } from './domain/admission';
import { ServiceError } from './errors';
import { type CommitOutcome, createGroupCommit, TimeIsUp } from './group-commit';
import type { Log } from './log';
import { admitKeyedRuns } from './sql/admit-keyed-runs';
import { admitRuns } from './sql/admit-runs';
import { withdrawRuns } from './sql/withdraw-runs';

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
}

/** With a withdrawal it makes the 15 s that a request has. */
const settingsByDefault: AdmitSettings = { budgetMs: 12_000 };
/** A statement that has not answered by then is asked again: it can be repeated at will. In milliseconds. */
const longestStatementMs = 10_000;
const longestWithdrawalMs = 3_000;
const unlimited = 1_000_000_000_000;
const fixedBytesPerCandidate = 400;

/**
 * Admission by group commit: one statement per tenant and instance at a time, for all requests that came while the one
 * before was under way. A tenant's throughput is so bounded by the batch and not by BigQuery's DML limits.
 */
export function createAdmit(deps: AdmitDependencies, settings: AdmitSettings = settingsByDefault): Admit {
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
  return async (tenantId, candidate) => {
    try {
      return await submit(tenantId, candidate);
    } catch (error) {
      if (error instanceof TimeIsUp) {
        if (error.wasTried && !candidate.is_keyed) await withdraw(tenantId, candidate.run_id, deps);
        throw admissionUnavailable(error);
      }
      throw error;
    }
  };
}

/** One statement for a batch. Of several candidates with one id (the same idempotency key) the first stands for all. */
async function decide(
  tenantId: string,
  candidates: readonly Candidate[],
  deps: AdmitDependencies,
): Promise<readonly CommitOutcome<Admission>[]> {
  const now = deps.now();
  const distinct = new Map([...candidates].reverse().map((candidate) => [candidate.run_id, candidate]));
  const state = await runAdmission(tenantId, [...distinct.values()].reverse(), now, deps);
  return candidates.map((candidate) => {
    const verdict = verdictOf(candidate, tenantId, state, now);
    if (verdict.kind === 'undecided') return { kind: 'again' };
    return { kind: 'done', result: { verdict, state } };
  });
}

async function runAdmission(
  tenantId: string,
  given: readonly Candidate[],
  now: Date,
  { runStatement }: AdmitDependencies,
): Promise<AdmissionState | undefined> {
  const candidates = given.map(({ is_keyed: _, ...candidate }) => candidate);
  const keyed_run_ids = given.filter(({ is_keyed }) => is_keyed).map(({ run_id }) => run_id);
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

/**
 * The caller is told that nothing was started; should the slot have been taken after all, it is given back. Where that
 * fails as well the run is simply run, once: reconcile starts what was admitted. A run under an idempotency key stays:
 * somebody else may have been told of it, and its own caller finds it by asking again.
 */
async function withdraw(
  tenantId: string,
  runId: string,
  { runStatement, now, log }: AdmitDependencies,
): Promise<void> {
  try {
    const parameters = { tenant_id: tenantId, run_ids: [runId], now: now() };
    await runStatement(tenantId, withdrawRuns, parameters, { timeoutMs: longestWithdrawalMs });
  } catch (error) {
    log('WARNING', 'An admission that came too late could not be withdrawn', {
      tenant_id: tenantId,
      run_id: runId,
      error,
    });
  }
}

const admissionUnavailable = (cause: unknown) =>
  new ServiceError(
    'unavailable',
    'The run could not be checked against its quota in time. Nothing was started.',
    {
      headers: { 'Retry-After': '5' },
      cause,
    },
  );
