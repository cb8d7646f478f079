import type { PipelineDefinition, Step } from '../definitions/schemas/pipeline-schema';
import type { FailureCode } from '../google/bigquery/failures';
import type { JobOutcome } from '../google/bigquery/jobs/job-outcome';
import type { JobRequest } from '../google/bigquery/jobs/job-request';
import type { RunJob } from '../google/bigquery/jobs/run-job';
import type { AppendedRow, AppendRows } from '../google/bigquery/tables/append-rows';
import type { ReadColumns } from '../google/bigquery/tables/read-columns';
import type { PublishEvent } from '../google/pubsub/publish-event';
import type { ReadFileStarts } from '../google/storage/read-file-starts';
import type { Log } from '../log';
import type { RunOutcome } from '../runs/rules/ledger-row';
import type { RunInstructions } from '../runs/rules/run-instructions';
import type { ExecutionKey } from './job-ids';
import type { ByteLimit } from './rules/byte-limit';
import type { PipelineParameterValues } from './rules/pipeline-parameters';
import type { ByteBudget } from './steps/http/byte-budget';
import type { HttpsGet } from './steps/http/https-get';

/** An admitted run and what it executes. */
export interface RunToExecute extends ExecutionKey {
  readonly tenantId: string;
  readonly datasetId: string;
  /** Where the dataset is, if that is known. */
  readonly location?: string | undefined;
  readonly definition: PipelineDefinition;
  /** As parseParameters returned them at admission. */
  readonly parameters: PipelineParameterValues;
  /** From then on no step starts. */
  readonly leaseExpiresAt: Date;
  /** For each of its queries; undefined is unlimited. */
  readonly byteLimit?: ByteLimit | undefined;
  /** What it does otherwise than by its pipeline alone. */
  readonly instructions?: RunInstructions | undefined;
}

/** What of a run decides what its steps do. */
export type RunInputs = Omit<RunToExecute, 'leaseExpiresAt'>;

/** What an execution needs from outside. */
export interface ExecutionTools {
  readonly runJob: RunJob;
  readonly appendRows: AppendRows;
  /** For the headers of CSV files. Absent: BigQuery alone compares them with the schema. */
  readonly readFileStarts?: ReadFileStarts | undefined;
  /** For what files look like that carry their columns. Absent: it is not told. */
  readonly readColumns?: ReadColumns | undefined;
  /** What the deployment allows definitions to read besides their tenants' datasets. Absent: nothing. */
  readonly allowedSources?: readonly string[] | undefined;
  /** Absent: the deployment allows no topic, so steps of type notify fail. */
  readonly notify?: NotifyTools | undefined;
  /** Absent: the deployment allows no host, so steps of type http fail. */
  readonly http?: HttpTools | undefined;
  /** The time of this execution. It does not jump (steadyTime), so times that are taken from it are in order. */
  readonly now: () => Date;
  /** In [0, 1): for the jitter of back-offs. */
  readonly random: () => number;
  /** Rejects with the signal's reason once that is aborted. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Awaited before each step. If the signal is aborted by then, the step does not start. */
  readonly beforeStep?: () => Promise<void>;
  readonly log: Log;
}

export interface NotifyTools {
  /** The topics that the deployment allows. */
  readonly topics: readonly string[];
  readonly publish: PublishEvent;
  /**
   * When a step of a run is recorded to have completed; undefined if it is not. Throws BigQuery's error.
   * Absent: it is never looked up.
   */
  readonly findRecord?: ((run: RunToExecute, stepId: string) => Promise<StepRecord | undefined>) | undefined;
}

export interface StepRecord {
  readonly startedAt: Date;
  readonly endedAt: Date;
}

export interface HttpTools {
  /** The hosts that the deployment allows, each with its port unless that is 443. */
  readonly hosts: readonly string[];
  readonly get: HttpsGet;
  /** A variable of the environment. Definitions can only name PIPELINE_SECRET_… */
  readonly secretOf: (name: string) => string | undefined;
  /** Shared by all downloads of the process. Absent: there is no limit. */
  readonly budget?: ByteBudget | undefined;
  /** In milliseconds; less than a delivery lasts, because each delivery downloads anew. Absent: no limit. */
  readonly longestDownloadMs?: number | undefined;
}

export type StepErrorCode =
  | FailureCode
  | 'check_failed'
  | 'invalid_source'
  | 'invalid_destination'
  | 'lease_expired';

/**
 * A run cannot go on for now, and nothing about it is decided: its message should be delivered again. Nothing
 * is done twice, because the next execution attaches to the jobs that exist.
 */
export class TransientFailure extends Error {
  override readonly name = 'TransientFailure';
}

export interface StepError {
  readonly code: StepErrorCode;
  /** For the tenant's people: something they can act on. */
  readonly message: string;
}

/** Totals over all attempts. */
export interface Usage {
  readonly rowsWritten: number;
  readonly bytesProcessed: number;
  readonly bytesBilled: number;
}

export interface StepOutcome extends Usage {
  readonly stepId: string;
  readonly type: Step['type'];
  readonly status: 'COMPLETED' | 'FAILED';
  readonly error?: StepError | undefined;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly attempts: number;
}

/** How the execution of a run's pipeline ended, and how each of its steps did. */
export interface PipelineOutcome extends RunOutcome {
  readonly status: 'COMPLETED' | 'FAILED';
  readonly errorCode?: StepErrorCode | undefined;
  readonly startedAt: Date;
  readonly endedAt: Date;
  /** The watermark that a completed run records; undefined keeps the one before. */
  readonly watermark?: string | undefined;
  /** The steps that were started, in the order in which they ended, after those that an earlier run has done. */
  readonly steps: readonly StepOutcome[];
}

export const noUsage: Usage = { rowsWritten: 0, bytesProcessed: 0, bytesBilled: 0 };

export function addUsage(one: Usage, other: Usage): Usage {
  return {
    rowsWritten: one.rowsWritten + other.rowsWritten,
    bytesProcessed: one.bytesProcessed + other.bytesProcessed,
    bytesBilled: one.bytesBilled + other.bytesBilled,
  };
}

/** What the steps of one execution share. */
export interface StepContext {
  readonly run: RunToExecute;
  readonly tools: ExecutionTools;
  readonly recorder: Recorder;
  /** The steps that have ended. It grows. */
  readonly outcomes: readonly StepOutcome[];
  /** Steps that no earlier execution completed, so that what needs them was never executed. It grows. */
  readonly firsts: Set<string>;
  /** Steps that an earlier execution began. It grows. */
  readonly resumed: Set<string>;
  readonly clock: RunClock;
  /** Once it is aborted, nothing of the run goes on: jobs are cancelled. */
  readonly cancelWhen: AbortSignal;
  /** Once it is aborted, this execution ends; jobs go on. */
  readonly signal?: AbortSignal | undefined;
}

/** Appends the records of a run while it is executed, so that no step waits for them. */
export interface Recorder {
  readonly append: (tableId: 'step_logs' | 'dq_results', rows: readonly AppendedRow[]) => void;
  /**
   * Resolves when all records are written. Throws a TransientFailure if some could not be for now. What
   * BigQuery refuses for good is logged: a run's outcome does not depend on its records.
   */
  readonly flush: () => Promise<void>;
}

/** A run's time. No job starts past the deadline; one that is running then is cancelled. */
export interface RunClock {
  /** Takes note that a job of this run was started `ageMs` milliseconds ago. */
  readonly noteAge: (ageMs: number) => void;
  /** When it is, and the error of a step that could not start in time. */
  readonly deadline: () => { readonly at: Date; readonly error: StepError };
  /** Milliseconds from now until the deadline; negative past it. */
  readonly remainingMs: () => number;
}

/** One attempt of a step: its job's id, its time and how it is labelled. */
export type AttemptRequest = Omit<JobRequest, 'work'>;

/** What a step does. */
export interface StepAction {
  /** Whether an attempt is a BigQuery job, which can be found again by the attempt's id. */
  readonly isJob: boolean;
  /** Like RunJob: rejects only with the signal's reason. */
  readonly perform: (request: AttemptRequest, signal?: AbortSignal) => Promise<JobOutcome>;
  /** Frees what the attempts hold. */
  readonly close?: () => Promise<void>;
}

/** What a step does, or why it can do nothing. */
export type PreparedStep = StepAction | { readonly error: StepError };
