import type { PipelineDefinition, Step } from '../definitions/schemas/pipeline-schema';
import type { FailureCode } from '../google/bigquery/failures';
import type { RunJob } from '../google/bigquery/jobs/run-job';
import type { AppendRows } from '../google/bigquery/tables/append-rows';
import type { PublishEvent } from '../google/pubsub/publish-event';
import type { Log } from '../log';
import type { RunOutcome } from '../runs/rules/ledger-row';
import type { ByteLimit } from './rules/byte-limit';
import type { ParameterValues } from './rules/pipeline-parameters';
import type { ByteBudget } from './steps/http/byte-budget';
import type { HttpsGet } from './steps/http/https-get';

/** An admitted run and what it executes. */
export interface RunToExecute {
  readonly runId: string;
  /** The tenant's onboarding: a tenant that is made anew may get the same run id again, by an idempotency key. */
  readonly onboardingId?: string | null;
  readonly tenantId: string;
  readonly datasetId: string;
  /** Where the dataset is, if that is known. */
  readonly location?: string | undefined;
  readonly definition: PipelineDefinition;
  /** As parseParameters returned them at admission. */
  readonly parameters: ParameterValues;
  /** No step starts from then on. */
  readonly leaseExpiresAt: Date;
  /** Of each of its queries; undefined is unlimited. */
  readonly byteLimit?: ByteLimit | undefined;
}

/** What an execution needs of the world. */
export interface ExecutionTools {
  readonly runJob: RunJob;
  readonly appendRows: AppendRows;
  /** What the deployment allows definitions to read besides their tenants' datasets. Absent: nothing. */
  readonly allowedSources?: readonly string[] | undefined;
  /** Absent: the deployment allows no topic, so steps of type notify fail. */
  readonly notify?: NotifyTools | undefined;
  /** Absent: the deployment allows no host, so steps of type http fail. */
  readonly http?: HttpTools | undefined;
  readonly now: () => Date;
  /** In [0, 1): for the jitter of back-offs. */
  readonly random: () => number;
  /** Rejects with the signal's reason once that is aborted. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Awaited before a step starts, which it does not if the signal is aborted by then. */
  readonly beforeStep?: () => Promise<void>;
  readonly log: Log;
}

export interface NotifyTools {
  /** Those that the deployment allows. */
  readonly topics: readonly string[];
  readonly publish: PublishEvent;
  /** How a run's step is recorded to have completed; undefined where it is not. Throws BigQuery's error. Absent: not at all. */
  readonly findRecord?: ((run: RunToExecute, stepId: string) => Promise<StepRecord | undefined>) | undefined;
}

export interface StepRecord {
  readonly startedAt: Date;
  readonly endedAt: Date;
}

export interface HttpTools {
  /** Those that the deployment allows, each with its port unless that is 443. */
  readonly hosts: readonly string[];
  readonly get: HttpsGet;
  /** A variable of the environment; definitions name none but PIPELINE_SECRET_… */
  readonly secretOf: (name: string) => string | undefined;
  /** Where all downloads of the process count their bytes. Absent: there is no end of them. */
  readonly budget?: ByteBudget | undefined;
  /** Less than a delivery lasts, in milliseconds: a download begins anew with each. Absent: as long as it takes. */
  readonly longestDownloadMs?: number | undefined;
}

export type StepErrorCode =
  | FailureCode
  | 'check_failed'
  | 'invalid_source'
  | 'invalid_destination'
  | 'lease_expired';

export interface StepError {
  readonly code: StepErrorCode;
  /** For people, and for the tenant's eyes: what they can act on. */
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
  /** What a completed run of a pipeline with a watermark records; undefined keeps the one before. */
  readonly watermark?: string | undefined;
  /** The steps that were started, in the order of their ends. */
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

/** Names a run in job ids and insertIds, for as long as BigQuery remembers those. */
export const executionIdOf = ({
  runId,
  onboardingId,
}: Pick<RunToExecute, 'runId' | 'onboardingId'>): string =>
  onboardingId === undefined || onboardingId === null ? runId : `${runId}-${onboardingId.slice(0, 8)}`;
