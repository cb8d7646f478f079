import { ServiceError } from '../errors';
import { isNotFound, isRetryable } from '../google/bigquery/failures';
import type { RunStatement } from '../google/bigquery/statements/run-statement';
import type { Log } from '../log';
import { admitKeyedRuns, admitRuns } from '../sql/runs/admit-runs';
import { count, measure } from '../telemetry/telemetry';
import { type CommitOutcome, createGroupCommit, TimeIsUp } from './group-commit';
import {
  type AdmissionState,
  type Candidate,
  knownRunsOf,
  type Verdict,
  verdictOf,
} from './rules/admission-rules';
import { startGraceMs } from './rules/run-times';
import { createWithdraw } from './withdraw';

/** What admission says of a run, with the tenant's state that it follows from. */
export interface Admission {
  readonly verdict: Exclude<Verdict, { kind: 'undecided' }>;
  readonly state: AdmissionState | undefined;
}

/**
 * Decides whether a run may start. Throws `unavailable` where that cannot be decided in time: it never fails
 * open.
 */
export type Admit = (tenantId: string, candidate: Candidate) => Promise<Admission>;

export interface AdmitDependencies {
  readonly runStatement: RunStatement;
  readonly now: () => Date;
  readonly log: Log;
}

export interface AdmitSettings {
  /** How long a request may take to be decided, in milliseconds. A withdrawal may follow. */
  readonly budgetMs: number;
  /** How long after it was sent a withdrawal may still take effect, in milliseconds. */
  readonly withdrawalValidMs: number;
}

/**
 * The budget and the withdrawal that may follow make up the 15 s that a request has. A withdrawal that is
 * valid for half of reconcile's grace after that takes effect before any worker can know of its run, or not
 * at all.
 */
const settingsByDefault: AdmitSettings = { budgetMs: 12_000, withdrawalValidMs: startGraceMs / 2 };
/** A statement that has not answered by then is sent again, which does no harm. In milliseconds. */
const longestStatementMs = 10_000;
const unlimited = 1_000_000_000_000;
const fixedBytesPerCandidate = 400;

/**
 * Admission by group commit: for each tenant this instance has one statement under way, and the requests that
 * come meanwhile share the next one. So a tenant's throughput is bounded by the batch and not by BigQuery's
 * DML limits.
 */
export function createAdmit(deps: AdmitDependencies, changes: Partial<AdmitSettings> = {}): Admit {
  const settings = { ...settingsByDefault, ...changes };
  const submit = createGroupCommit<Candidate, Admission>({
    commit: (tenantId, candidates) => decide(tenantId, candidates, deps),
    isRetryable,
    budgetMs: settings.budgetMs,
    initialBackoffMs: 50,
    maximumBackoffMs: 2_000,
    // A thousand requests at once are two statements; with half as many items they would be three.
    maximumItems: 1_000,
    // The tenant row comes back into the same request; the local SQL engine takes 4 MiB in all.
    maximumBytes: 2_000_000,
    bytesOf: (candidate) => Buffer.byteLength(candidate.parameters) + fixedBytesPerCandidate,
  });
  const withdraw = createWithdraw(deps, settings.withdrawalValidMs);
  return measured(async (tenantId, candidate) => {
    try {
      return await submit(tenantId, candidate);
    } catch (error) {
      if (!(error instanceof TimeIsUp)) throw error;
      // What the caller is told has to be true of the run, whatever the statement still does.
      if (!error.wasTried) throw admissionUnavailable(nothingStarted, error);
      if (isKeyed(candidate)) throw admissionUnavailable(askAgainByKey, error);
      const isWithdrawn = await withdraw(tenantId, candidate.run_id);
      throw admissionUnavailable(isWithdrawn ? nothingStarted : mayStart, error);
    }
  });
}

/**
 * One statement for a batch. Where several candidates have one id (the same idempotency key), the first
 * stands for all.
 */
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

/** Undefined where there is no such tenant. */
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
 * Counts and times admission by its outcome: `admitted`, or the code of the error that the caller gets
 * instead.
 */
const measured =
  (admit: Admit): Admit =>
  async (tenantId, candidate) => {
    const startedAt = performance.now();
    const note = (outcome: string) => {
      const attributes = { 'tenant_pipelines.admission.outcome': outcome };
      count('tenant_pipelines.admissions', attributes);
      measure('tenant_pipelines.admission.duration', (performance.now() - startedAt) / 1000, attributes);
    };
    try {
      const admission = await admit(tenantId, candidate);
      note(outcomeOf(admission));
      return admission;
    } catch (error) {
      note(error instanceof ServiceError ? error.code : 'internal');
      throw error;
    }
  };

const outcomeOf = ({ verdict }: Admission): string =>
  verdict.kind === 'refused' ? verdict.error.code : verdict.kind;

const nothingStarted = 'Nothing was started.';
const askAgainByKey = 'Whether it starts is found by asking again with the same Idempotency-Key.';
const mayStart =
  'It may still start: see your runs before you ask again. With an Idempotency-Key a request can be repeated safely.';

const admissionUnavailable = (consequence: string, cause: unknown) =>
  new ServiceError('unavailable', `The run could not be checked against its quota in time. ${consequence}`, {
    retryAfterSeconds: 5,
    cause,
  });
