import { ServiceError } from '../errors';
import { isNotFound, isRetryable } from '../google/bigquery/failures';
import type { RunStatement } from '../google/bigquery/statements/run-statement';
import type { ReadQuotaCounters } from '../google/bigquery/tables/read-tenant-state';
import type { PublishRun } from '../google/pubsub/publish-run';
import type { Log } from '../log';
import { admitKeyedRuns, admitRuns } from '../sql/runs/admit-runs';
import { decideKeyedRuns, decideRuns } from '../sql/runs/decide-runs';
import type { Clock } from '../support/clock';
import { count, measure } from '../telemetry/telemetry';
import { createAttempts } from './attempts';
import { type CommitOutcome, createGroupCommit, TimeIsUp } from './group-commit';
import { createHandingOn, type HandedOnRun, type HandingOn } from './queue/handing-on';
import { createQuotaMemory, type QuotaMemory } from './quota-memory';
import {
  type AdmissionState,
  byRunId,
  type Candidate,
  mostWaitingOutcomes,
  type QuotaState,
  type Verdict,
  verdictOf,
  verdictOfKnown,
} from './rules/admission-rules';
import { createWithdraw } from './withdraw';

/** What admission says of a run. */
export interface Admission {
  readonly verdict: Exclude<Verdict, { kind: 'undecided' }>;
  /**
   * The tenant's quotas and what is used of them. After a refusal the state that it follows from; else it may
   * be counted on from some seconds before. Undefined: there is no tenant, or it could not be read in time.
   */
  readonly quotas: QuotaState | undefined;
}

/**
 * Decides whether a run may start. Throws `unavailable` where that cannot be decided in time: it never fails
 * open.
 * @param leftMs how long the caller still waits for an answer, in milliseconds: what has passed before, in a line or
 * for a key, is missing from the time for the decision, so that there is an answer that is true of the run
 */
export type Admit = (tenantId: string, candidate: Candidate, leftMs?: number) => Promise<Admission>;

export interface AdmitDependencies {
  readonly runStatement: RunStatement;
  readonly readQuotaCounters: ReadQuotaCounters;
  /** For runs that leave the queue beside those that are admitted. */
  readonly publishRun: PublishRun;
  /** Makes ids of statements. */
  readonly newId: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface AdmitSettings {
  /**
   * How long a request may take to be decided, in milliseconds. With the withdrawal that may follow, and the answer, it
   * makes up the 15 s that a request has; less where a part of these has passed.
   */
  readonly budgetMs: number;
  /** How long that withdrawal may take, in milliseconds. */
  readonly withdrawalMs: number;
  /** What is left for the answer, in milliseconds. */
  readonly answeringMs: number;
}

/** For callers that wait 15 s. */
export const usualAdmission: AdmitSettings = { budgetMs: 11_000, withdrawalMs: 3_000, answeringMs: 1_000 };
/** A statement that has not answered by then is sent again, which does no harm. In milliseconds. */
const longestStatementMs = 10_000;
const unlimited = 1_000_000_000_000;
const fixedBytesPerCandidate = 600;
/** While the parameters of the runs in flight take more, nobody waits: a row has at most 100 MB. */
const mostQueuedBytes = 32_000_000;

/**
 * Admission by group commit: for each tenant this instance has one statement under way, and the requests that
 * come meanwhile share the next one. So a tenant's throughput is bounded by the batch and not by BigQuery's
 * DML limits.
 */
export function createAdmit(deps: AdmitDependencies, changes: Partial<AdmitSettings> = {}): Admit {
  const settings = { ...usualAdmission, ...changes };
  const { now } = deps.clock;
  const memory = createQuotaMemory(deps);
  const attempts = createAttempts({ ...deps, now });
  const parts = { ...deps, memory, handingOn: createHandingOn(deps) };
  const submit = createGroupCommit<Candidate, Decided>({
    commit: (tenantId, candidates) =>
      attempts.next(tenantId, (statementId) => commit(tenantId, statementId, candidates, parts)),
    isRetryable,
    budgetMs: settings.budgetMs,
    initialBackoffMs: 50,
    maximumBackoffMs: 2_000,
    // A thousand requests at once are two statements; with half as many items they would be three.
    maximumItems: 1_000,
    // The tenant row comes back into the same request; the local SQL engine takes 4 MiB in all.
    maximumBytes: 2_000_000,
    bytesOf: ({ parameters, instructions }) =>
      Buffer.byteLength(parameters) + Buffer.byteLength(instructions ?? '') + fixedBytesPerCandidate,
  });
  const withdraw = createWithdraw({
    ...deps,
    sawQueue: memory.sawQueue,
    now,
    longestMs: settings.withdrawalMs,
  });
  return measured(async (tenantId, candidate, leftMs = Number.POSITIVE_INFINITY) => {
    const withinMs = leftMs - settings.withdrawalMs - settings.answeringMs;
    try {
      const { handedOn, ...admission } = await submit(tenantId, candidate, withinMs);
      // Afterwards a function gets no CPU. Others of the tenant are decided meanwhile.
      await handedOn;
      return admission;
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
 * Admits a batch. Usually that is one UPDATE, which gives all of them a slot or changes nothing. Where it
 * changes nothing, or will do so by what was last seen of the tenant, the script decides and says why.
 */
async function commit(
  tenantId: string,
  statementId: string,
  candidates: readonly Candidate[],
  deps: AdmissionParts,
): Promise<readonly CommitOutcome<Decided>[]> {
  measure('tenant_pipelines.admission.batch.size', candidates.length);
  // Where several have one id (the same idempotency key), the first stands for all.
  const first = byRunId(candidates);
  const distinct = candidates.filter((candidate) => first.get(candidate.run_id) === candidate);
  const now = deps.clock.now();
  try {
    if (deps.memory.hasRoom(tenantId, distinct.length) && distinct.every(takesOneSlot)) {
      const recall = deps.memory.recall(tenantId);
      if (await admitAll(admissionParameters(tenantId, statementId, distinct, now), deps)) {
        const quotas = await recall(distinct.length);
        return candidates.map((candidate) => {
          const verdict = verdictOfKnown(candidate, first.get(candidate.run_id) ?? candidate);
          return { kind: 'done', result: { verdict, quotas } };
        });
      }
    }
    const parameters = admissionParameters(tenantId, statementId, distinct, now);
    const state = await decide(parameters, deps);
    const handedOn = publishOthers(tenantId, candidates, state, deps);
    return explain(tenantId, candidates, state, now, handedOn);
  } catch (error) {
    // The tenant's dataset is gone, and with it the row.
    if (isNotFound(error)) return explain(tenantId, candidates, undefined, now);
    throw error;
  }
}

/** With what goes on beside it. */
interface Decided extends Admission {
  /** Resolves when the runs are published that left the queue beside these. Never rejects. */
  readonly handedOn?: Promise<void>;
}

interface AdmissionParts extends AdmitDependencies {
  readonly memory: QuotaMemory;
  readonly handingOn: HandingOn;
}

/** What the lone UPDATE can count. */
const takesOneSlot = ({ slots, concurrency_key }: Candidate): boolean =>
  slots === null && concurrency_key === null;

/** Whether all of them were admitted. If not, none was. */
async function admitAll(
  parameters: AdmissionParameters,
  { runStatement }: AdmitDependencies,
): Promise<boolean> {
  const { tenant_id: tenantId } = parameters;
  const keyed_run_ids = keyedIds(parameters.candidates);
  const { affectedRows } =
    keyed_run_ids.length === 0
      ? await runStatement(tenantId, admitRuns, parameters, statementOptions)
      : await runStatement(tenantId, admitKeyedRuns, { ...parameters, keyed_run_ids }, statementOptions);
  return affectedRows > 0;
}

/** The tenant row after the decision; undefined where there is none. */
async function decide(
  given: AdmissionParameters,
  { runStatement, memory, handingOn }: AdmissionParts,
): Promise<(AdmissionState & { readonly handed_on: readonly HandedOnRun[] }) | undefined> {
  const { tenant_id: tenantId, now } = given;
  const keyed_run_ids = keyedIds(given.candidates);
  const handed_since = handingOn.since(tenantId, now);
  const parameters = { ...given, handed_since, most_bytes: mostQueuedBytes };
  const { rows } =
    keyed_run_ids.length === 0
      ? await runStatement(tenantId, decideRuns, parameters, statementOptions)
      : await runStatement(tenantId, decideKeyedRuns, { ...parameters, keyed_run_ids }, statementOptions);
  if (rows[0] !== undefined) memory.saw(tenantId, rows[0]);
  return rows[0];
}

/** Those that left the queue: who asks for a run publishes it. */
function publishOthers(
  tenantId: string,
  candidates: readonly Candidate[],
  state: { readonly handed_on: readonly HandedOnRun[] } | undefined,
  { handingOn }: AdmissionParts,
): Promise<void> {
  const asked = new Set(candidates.map(({ run_id }) => run_id));
  const others = (state?.handed_on ?? []).filter(({ run_id }) => !asked.has(run_id));
  return handingOn.publish(tenantId, tenantId, others);
}

function explain(
  tenantId: string,
  candidates: readonly Candidate[],
  state: AdmissionState | undefined,
  now: Date,
  handedOn?: Promise<void>,
): readonly CommitOutcome<Decided>[] {
  const known = byRunId([...(state?.known ?? []), ...(state?.finished ?? [])]);
  return candidates.map((candidate) => {
    const verdict = verdictOf(candidate, tenantId, state, known, now);
    if (verdict.kind === 'undecided') return { kind: 'again' };
    return { kind: 'done', result: { verdict, quotas: state, ...(handedOn && { handedOn }) } };
  });
}

const statementOptions = { timeoutMs: longestStatementMs };

type AdmissionParameters = ReturnType<typeof admissionParameters>;

const admissionParameters = (
  tenantId: string,
  statementId: string,
  candidates: readonly Candidate[],
  now: Date,
) => ({
  tenant_id: tenantId,
  statement_id: statementId,
  now,
  unlimited,
  most_waiting: mostWaitingOutcomes,
  candidates,
});

const keyedIds = (candidates: readonly Candidate[]): readonly string[] =>
  candidates.filter(isKeyed).map(({ run_id }) => run_id);

const isKeyed = ({ request_hash }: Candidate): boolean => request_hash !== null;

/**
 * Counts and times admission by its outcome: `admitted`, or the code of the error that the caller gets
 * instead.
 */
const measured =
  (admit: Admit): Admit =>
  async (tenantId, candidate, leftMs) => {
    const startedAt = performance.now();
    const note = (outcome: string) => {
      const attributes = { 'tenant_pipelines.admission.outcome': outcome };
      count('tenant_pipelines.admissions', attributes);
      measure('tenant_pipelines.admission.duration', (performance.now() - startedAt) / 1000, attributes);
    };
    try {
      const admission = await admit(tenantId, candidate, leftMs);
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
