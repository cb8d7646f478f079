import type { PipelineDefinition, Step } from '../definitions/schemas/pipeline-schema';
import { ServiceError } from '../errors';
import { rowsOrNone } from '../google/bigquery/statements/rows-or-none';
import type { RunStatement } from '../google/bigquery/statements/run-statement';
import { type RecordedAttempt, type RecordedCheck, type RecordedRun, readRun } from '../sql/runs/read-run';
import { durationMs } from '../support/clock';
import { queuePlaceOf } from './rules/admission-rules';
import { allDays, type DaysOfRuns, daysOfRuns } from './rules/run-identity';
import { parseInstructions } from './rules/run-instructions';

/**
 * A run of the tenant, in flight or finished, with its records: one BigQuery request. It looks in the days that the
 * run's id names, and in all of them where it is not found there: a clock may have been wrong, or there is no such run.
 * Throws `run_not_found`.
 */
export async function findRecordedRun(
  tenantId: string,
  runId: string,
  runStatement: RunStatement,
): Promise<RecordedRun> {
  const read = async (days: DaysOfRuns) => {
    const parameters = { tenant_id: tenantId, run_id: runId, ...days };
    // Without its tables the tenant was deleted, and its runs with it.
    const [run] = await rowsOrNone(runStatement(tenantId, readRun, parameters));
    return run;
  };
  const days = daysOfRuns([runId]);
  const run = (await read(days)) ?? (days === allDays ? undefined : await read(allDays));
  if (run === undefined) throw runNotFound(tenantId, runId);
  return run;
}

export const runNotFound = (tenantId: string, runId: string) =>
  new ServiceError('run_not_found', `There is no run '${runId}' of tenant '${tenantId}'`);

export const isOver = ({ status }: Pick<RecordedRun, 'status'>): boolean =>
  status !== 'ADMITTED' && status !== 'QUEUED';

/** A step that is over has its last attempt's status. `PENDING`: not begun, or about to be tried again. */
export type StepStatus = 'PENDING' | 'RUNNING' | 'COMPLETED' | 'FAILED';

/** An attempt that is not on record yet: what is known of it is its job. */
export interface RunningAttempt {
  readonly number: number;
  readonly jobId: string;
  readonly startedAt: Date | null;
}

/** Tells of an attempt's job what its reader may know of it: of a tenant's project nothing. */
export type TellJob = (jobId: string | null) => Pick<ShownAttempt, 'job'>;

/** For tenants. */
export const tellNoJob: TellJob = () => ({});

export interface ShownAttempt {
  /** From 1. */
  readonly attempt: number;
  readonly status: 'RUNNING' | 'COMPLETED' | 'FAILED';
  readonly started_at: string | null;
  /** null while it runs. */
  readonly ended_at: string | null;
  readonly rows_written: number | null;
  readonly bytes_processed: number | null;
  readonly bytes_billed: number | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  /** For admins only. null: it is no BigQuery job. */
  readonly job?: { readonly project_id: string; readonly location: string; readonly job_id: string } | null;
}

/** Numbers are totals over the step's attempts; null while no attempt is over. */
export interface ShownStep {
  readonly step_id: string;
  readonly type: string;
  readonly status: StepStatus;
  /** How many attempts have ended. */
  readonly attempts: number;
  /** Each of them, and the one that is under way. */
  readonly attempt_details: readonly ShownAttempt[];
  readonly started_at: string | null;
  readonly ended_at: string | null;
  /** Milliseconds from the first attempt's start to the last one's end. */
  readonly duration_ms: number | null;
  readonly rows_written: number | null;
  readonly bytes_processed: number | null;
  readonly bytes_billed: number | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  /** Rows of files that the last attempt left out. */
  readonly bad_records: number | null;
  readonly file_format: string | null;
  readonly warnings: readonly string[];
  /** The run that has done it, where this one has left it out. */
  readonly reused_from: string | null;
}

export type ShownCheck = Omit<RecordedCheck, 'check_type'> & { readonly type: string };

/** The run as the API shows it, without steps and checks. @param name of the key that has started it */
export function showRun(tenantId: string, run: RecordedRun, name: string | null = null) {
  const {
    attempts: _,
    checks: __,
    onboarding_id: ___,
    request_hash: ____,
    lease_expires_at,
    instructions: _____,
    queued_until,
    queue_place,
    max_concurrent_pipelines: ______,
    mean_run_ms: _______,
    ...kept
  } = run;
  const instructions = parseInstructions(run.instructions);
  const { actor_kind, actor, address, request_id, ...rest } = kept;
  return {
    ...rest,
    tenant_id: tenantId,
    started_by: actor === null ? null : { actor_kind, actor, name, address, request_id },
    parameters: run.parameters === null ? null : JSON.parse(run.parameters),
    admitted_at: run.admitted_at.toISOString(),
    handed_on_at: run.handed_on_at?.toISOString() ?? null,
    started_at: run.started_at?.toISOString() ?? null,
    ended_at: run.ended_at?.toISOString() ?? null,
    lease_expires_at: lease_expires_at?.toISOString() ?? null,
    queue:
      queue_place === null
        ? null
        : { ...queuePlaceOf(queue_place, run), until: queued_until?.toISOString() ?? null },
    warnings: warningsOf(run),
    watermark_from: instructions.watermark?.from ?? instructions.resume?.watermark ?? null,
    operation_id: instructions.operation?.operation_id ?? null,
  };
}

/** Those of the steps' last attempts, each with its step; and why a run of a past day found nothing. */
function warningsOf({ attempts, status, rows_written }: RecordedRun): readonly string[] {
  const last = new Map(attempts.map((attempt) => [attempt.step_id, attempt]));
  const begun = last.get('watermark-read')?.watermark ?? null;
  const foundNothing = status === 'COMPLETED' && rows_written === 0 && begun !== null;
  return [
    ...[...last.values()].flatMap(({ step_id, warnings }) =>
      warnings.map((warning) => `Step '${step_id}': ${warning}`),
    ),
    ...(foundNothing
      ? [
          `It wrote no rows, and began at the recorded watermark ${begun}: a past day takes a watermark of its own.`,
        ]
      : []),
  ];
}

/** What of a run says how its steps stand. */
export type StepsOnRecord = Pick<RecordedRun, 'status' | 'instructions' | 'attempts'>;

/**
 * The run's steps in the order of the definition, others last. A run in flight shows all steps of its
 * pipeline's definition. A run that is over shows only what is recorded, because the definition may have
 * changed since.
 *
 * @param running the attempts that are known to be under way, by their steps
 */
export function showSteps(
  run: StepsOnRecord,
  definition: PipelineDefinition | undefined,
  running: ReadonlyMap<string, RunningAttempt>,
  tellJob: TellJob = tellNoJob,
): readonly ShownStep[] {
  const attempts = new Map<string, RecordedAttempt[]>();
  for (const attempt of run.attempts) {
    const earlier = attempts.get(attempt.step_id);
    if (earlier === undefined) attempts.set(attempt.step_id, [attempt]);
    else earlier.push(attempt);
  }
  const defined = definition?.steps ?? [];
  const reused = parseInstructions(run.instructions).resume?.steps ?? {};
  const isKnown = ({ id }: Step) => attempts.has(id) || reused[id] !== undefined;
  const listed = isOver(run) ? defined.filter(isKnown) : defined;
  const ids = new Set(listed.map(({ id }) => id));
  const shown = (id: string, type: string, ended: readonly RecordedAttempt[]) => ({
    step_id: id,
    type,
    ...showStep(run, ended, running.get(id), tellJob),
  });
  return [
    ...listed.map(({ id, type }) => {
      const before = reused[id];
      return before === undefined ? shown(id, type, attempts.get(id) ?? []) : showReused(id, type, before);
    }),
    ...[...attempts].flatMap(([id, ended]) =>
      ids.has(id) ? [] : [shown(id, ended[0]?.step_type ?? '', ended)],
    ),
  ];
}

export const showChecks = (run: RecordedRun): readonly ShownCheck[] =>
  run.checks.map(({ check_type, ...check }) => ({ ...check, type: check_type }));

function showStep(
  run: StepsOnRecord,
  attempts: readonly RecordedAttempt[],
  found: RunningAttempt | undefined,
  tellJob: TellJob,
): Omit<ShownStep, 'step_id' | 'type'> {
  const first = attempts[0];
  const last = attempts.at(-1);
  const status = statusOf(run, last, found !== undefined);
  const running = status === 'RUNNING' ? found : undefined;
  return {
    status,
    attempts: attempts.length,
    attempt_details: [
      ...attempts.map((attempt) => showAttempt(attempt, tellJob)),
      ...(running === undefined ? [] : [showRunning(running, tellJob)]),
    ],
    started_at: (first?.started_at ?? running?.startedAt)?.toISOString() ?? null,
    ended_at: last?.ended_at.toISOString() ?? null,
    duration_ms: first && last ? durationMs(first.started_at, last.ended_at) : null,
    rows_written: total(attempts, 'rows_written'),
    bytes_processed: total(attempts, 'bytes_processed'),
    bytes_billed: total(attempts, 'bytes_billed'),
    error_code: last?.error_code ?? null,
    error_message: last?.error_message ?? null,
    bad_records: last?.bad_records ?? null,
    file_format: last?.file_format ?? null,
    warnings: last?.warnings ?? [],
    reused_from: null,
  };
}

const showAttempt = (attempt: RecordedAttempt, tellJob: TellJob): ShownAttempt => ({
  attempt: attempt.attempt,
  status: attempt.status,
  started_at: attempt.started_at.toISOString(),
  ended_at: attempt.ended_at.toISOString(),
  rows_written: attempt.rows_written,
  bytes_processed: attempt.bytes_processed,
  bytes_billed: attempt.bytes_billed,
  error_code: attempt.error_code,
  error_message: attempt.error_message,
  ...tellJob(attempt.job_id),
});

const showRunning = ({ number, jobId, startedAt }: RunningAttempt, tellJob: TellJob): ShownAttempt => ({
  attempt: number,
  status: 'RUNNING',
  started_at: startedAt?.toISOString() ?? null,
  ended_at: null,
  rows_written: null,
  bytes_processed: null,
  bytes_billed: null,
  error_code: null,
  error_message: null,
  ...tellJob(jobId),
});

/** It is done, and cost this run nothing. */
const showReused = (
  stepId: string,
  type: string,
  { run_id, rows_written }: { readonly run_id: string; readonly rows_written: number },
): ShownStep => ({
  step_id: stepId,
  type,
  status: 'COMPLETED',
  attempts: 0,
  attempt_details: [],
  started_at: null,
  ended_at: null,
  duration_ms: null,
  rows_written,
  bytes_processed: 0,
  bytes_billed: 0,
  error_code: null,
  error_message: null,
  bad_records: null,
  file_format: null,
  warnings: [],
  reused_from: run_id,
});

/** The error codes after which a step of a run in flight is tried again. */
const passing: ReadonlySet<string> = new Set(['unavailable', 'conflict']);

function statusOf(run: StepsOnRecord, last: RecordedAttempt | undefined, isRunning: boolean): StepStatus {
  const mayComeAgain = !isOver(run) && last?.status === 'FAILED' && passing.has(last.error_code ?? '');
  if (last !== undefined && !mayComeAgain) return last.status;
  return isRunning ? 'RUNNING' : 'PENDING';
}

const total = (
  attempts: readonly RecordedAttempt[],
  column: 'rows_written' | 'bytes_processed' | 'bytes_billed',
): number | null =>
  attempts.length === 0 ? null : attempts.reduce((sum, attempt) => sum + (attempt[column] ?? 0), 0);
