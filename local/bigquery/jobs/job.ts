import type { BigQueryError, ErrorReason } from '../bigquery-error';
import type { Field, Row, TableReference } from '../model';
import type { JobConfiguration } from './job-schemas';

/**
 * Why there is a job for a query, in REST's words.
 * https://cloud.google.com/bigquery/docs/reference/rest/v2/JobCreationReason
 */
export type JobCreationReason = 'REQUESTED' | 'LONG_RUNNING' | 'LARGE_RESULTS' | 'OTHER';

export interface JobReference {
  readonly projectId: string;
  readonly jobId: string;
  readonly location: string;
}

/** One error of a job, as its status lists it. */
export interface JobFault {
  readonly reason: ErrorReason;
  readonly message: string;
  readonly location?: string;
}

/** What is kept of a finished job; on disk, where the caller chose its id. */
export interface KeptOutcome {
  readonly startTime: number;
  readonly endTime: number;
  /** Absent for a job that succeeded. */
  readonly error?: JobFault;
  /** Everything that was found wrong; a job may succeed in spite of some (maxBadRecords). */
  readonly errors?: readonly JobFault[];
  /** REST's `statistics`, without the times. */
  readonly statistics: Readonly<Record<string, unknown>>;
  /** The table that holds the rows of a query with a destination. */
  readonly destination?: TableReference;
}

/** A job from the moment it was accepted. Times are milliseconds since 1970. */
export interface Job {
  readonly reference: JobReference;
  /** A jobs.query that is done forgets its parameters: they may be large, and many jobs are held. */
  configuration: JobConfiguration;
  readonly creationTime: number;
  /** When work on it began; undefined while it is pending. */
  startTime: number | undefined;
  outcome: KeptOutcome | undefined;
  /** Undefined for a query that needs no job: it is neither found nor listed, unless it turns out to need one. */
  creationReason: JobCreationReason | undefined;
  /**
   * Whether a script that failed is told to have come to its end, without a result: only jobs.get says more.
   * So it was reported of BigQuery: https://github.com/googleapis/nodejs-bigquery/issues/887,
   * https://github.com/googleapis/google-cloud-go/issues/3304
   */
  readonly failsSilently: boolean;
  /** Why a query fails before anything of it is looked at: a dataset that it names is elsewhere. */
  readonly misplaced?: BigQueryError | undefined;
  /** Set by jobs.cancel: nothing may be committed any more. */
  cancelled: boolean;
  /** Resolves when there is an outcome; never rejects. */
  readonly done: Promise<void>;
}

/** A file that came with the request for a load job. */
export interface Upload {
  readonly path: string;
  readonly bytes: number;
  /** Called by the job that takes it over and discards it later. */
  readonly take: () => void;
  readonly discard: () => Promise<void>;
  readonly discardUnlessTaken: () => Promise<void>;
}

/** The rows that a query yielded. */
export interface QueryRows {
  readonly schema: readonly Field[];
  readonly rows: readonly Row[];
}

/** A job's name within the project, unique over locations. */
export function jobKey({ location, jobId }: Pick<JobReference, 'location' | 'jobId'>): string {
  return `${location}.${jobId}`;
}

/** "local:US.id", as messages and the `id` member name a job. */
export function jobName(reference: JobReference): string {
  return `${reference.projectId}:${jobKey(reference)}`;
}

/** Waits for a job's outcome; undefined when the time is up. */
export async function settled(job: Job, milliseconds: number): Promise<KeptOutcome | undefined> {
  if (job.outcome !== undefined) return job.outcome;
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([job.done, timeUp]);
  clearTimeout(timer);
  return job.outcome;
}
