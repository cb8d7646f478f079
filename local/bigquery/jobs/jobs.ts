import { randomUUID } from 'node:crypto';
import { asBigQueryError, BigQueryError, ScriptError } from '../bigquery-error';
import type { ScriptFault, SqlEngine, WorkSignals } from '../model';
import { answerable } from '../store/disk/disk-errors';
import type { Store } from '../store/store';
import { rowsOfTable } from './anonymous-tables';
import { checkCopy, runCopy } from './copy/run-copy';
import { runExtract } from './extract/run-extract';
import { outcomeOfInterrupted } from './interrupted-jobs';
import {
  type Job,
  type JobReference,
  jobKey,
  jobName,
  type KeptOutcome,
  type QueryRows,
  settled,
  type Upload,
} from './job';
import { type JobBook, jobOf, type OpenBook } from './job-book';
import { placeOf } from './job-location';
import type { JobConfiguration, LoadConfiguration } from './job-schemas';
import { createJobStops, type JobStops, refuseIfCancelled } from './job-stops';
import { runLoad } from './load/run-load';
import type { QueryResults } from './query-results';
import { createQueryRunner } from './run-query';

export interface NewJob {
  readonly configuration: JobConfiguration;
  /** Chosen by the caller; absent: made here. */
  readonly jobId?: string | undefined;
  readonly location?: string | undefined;
  /** Whether the job must be known after a restart; it costs two writes. */
  readonly durable: boolean;
  /** Whether the query may run without there being a job; see Job's `creationReason`. */
  readonly isJobOptional?: boolean;
  /** Lets a script fail on purpose, and silently. */
  readonly scriptFault?: ScriptFault | undefined;
  /** The data of a load job. */
  readonly upload?: Upload | undefined;
}

export interface Jobs {
  /**
   * Accepts a job and begins it; work goes on after this resolves.
   * @throws BigQueryError `duplicate` if there is a job of this name, `invalid` if it cannot be a job at all
   */
  start(request: NewJob): Promise<Job>;
  /** Type-checks a query; nothing is kept. @throws BigQueryError */
  dryRun(request: NewJob): Promise<Job>;
  /** @throws BigQueryError `notFound` */
  find(jobId: string, location: string | undefined): Promise<Job>;
  /** Drops a query that ended without a job. */
  forget(job: Job): void;
  /** Drops a job that is done. @throws BigQueryError `invalid` for one that is under way */
  delete(job: Job): Promise<void>;
  readonly cancel: JobStops['cancel'];
  readonly awaited: JobStops['awaited'];
  recent(): readonly Job[];
  /** Waits for the jobs under way, but not for long. */
  close(): Promise<void>;
}

const closingMilliseconds = 3_000;

export interface JobsOptions {
  readonly store: Store;
  readonly engine: SqlEngine;
  readonly openBook: OpenBook;
  readonly results: QueryResults;
  readonly gcsDirectory: string;
  readonly log: (line: string) => void;
  /** Where jobs run that name no location; undefined: where their datasets are. */
  readonly defaultLocation?: string | undefined;
  /** Runs a load or extract job with an added delay; absent: none. */
  readonly slowLoad?: (<T>(work: () => Promise<T>) => Promise<T>) | undefined;
}

/** First decides the outcome of the jobs that an earlier process left under way. */
export async function openJobs(options: JobsOptions): Promise<Jobs> {
  const { store, engine, openBook, results, gcsDirectory, log, defaultLocation } = options;
  const { slowLoad = (work) => work() } = options;
  const { book, interrupted } = openBook;
  const queries = createQueryRunner(store, engine);
  const stops = createJobStops();
  for (const record of interrupted) {
    const job = jobOf(record);
    await book.add(job, true);
    await book.finish(job, await outcomeOfInterrupted(store, engine, record), undefined);
  }
  return {
    async start(request) {
      const { reference, misplaced } = referenceFor(store, book, request, defaultLocation);
      let finish = () => {};
      const done = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const now = steadyTime();
      const job = { ...newJob(reference, request, done, now()), misplaced };
      await answerable(log, () => book.add(job, request.durable));
      const { upload } = request;
      upload?.take();
      void perform(job, request, now)
        .then(() => upload?.discard())
        .finally(finish);
      return job;
    },
    async dryRun({ configuration, location = defaultLocation }) {
      const query = queryOf(configuration);
      const jobId = `job_${randomUUID()}`;
      const place = placeOf(store, { query }, location);
      if (place.misplaced) throw place.misplaced;
      const reference = { projectId: store.projectId, jobId, location: place.location };
      const now = steadyTime();
      const job = newJob(reference, { configuration }, Promise.resolve(), now());
      const { statistics, result } = await queries.dryRun(query);
      job.outcome = { startTime: job.creationTime, endTime: now(), statistics };
      if (result.schema !== undefined) results.put(jobKey(reference), { schema: result.schema, rows: [] });
      return job;
    },
    async find(jobId, location) {
      const job = await book.find(jobId, location);
      if (job?.creationReason !== undefined) return job;
      const name = location === undefined ? jobId : jobKey({ jobId, location });
      throw new BigQueryError('notFound', `Not found: Job ${store.projectId}:${name}`);
    },
    cancel: stops.cancel,
    awaited: stops.awaited,
    async delete(job) {
      if (job.outcome === undefined) {
        throw new BigQueryError('invalid', `Job ${jobName(job.reference)} is under way: cancel it first.`);
      }
      await book.delete(job);
    },
    forget(job) {
      if (job.creationReason === undefined) book.forget(job);
    },
    recent: () => book.recent().filter(({ creationReason }) => creationReason !== undefined),
    async close() {
      const open = book.recent().filter((job) => job.outcome === undefined);
      await Promise.all(open.map((job) => settled(job, closingMilliseconds)));
      // What still goes on commits nothing any more.
      for (const job of open) job.cancelled = true;
    },
  };

  async function perform(job: Job, request: NewJob, now: () => number): Promise<void> {
    const { durable } = request;
    const startTime = now();
    job.startTime = startTime;
    const { rows, ...rest } = await outcomeOf(() =>
      stops.run(job, durable, (signals) => work(job, request, signals)),
    );
    await book.finish(job, { startTime, endTime: now(), ...rest }, rows);
    if (!durable) job.configuration = withoutParameters(job.configuration);
  }

  async function outcomeOf(run: () => Promise<JobYield>): Promise<JobYield & Pick<KeptOutcome, 'error'>> {
    try {
      return await run();
    } catch (thrown) {
      const { reason, message, location } = asBigQueryError(thrown, log);
      const error = { reason, message, ...(location !== undefined && { location }) };
      const statistics = thrown instanceof ScriptError ? { query: { statementType: 'SCRIPT' } } : {};
      return { statistics, error, errors: [error] };
    }
  }

  async function work(job: Job, { upload, scriptFault }: NewJob, signals: WorkSignals): Promise<JobYield> {
    if (job.misplaced !== undefined) throw job.misplaced;
    const { load, extract, copy } = job.configuration;
    if (extract !== undefined) {
      const table = { projectId: store.projectId, ...extract.sourceTable };
      return slowLoad(async () => {
        const rows = await rowsOfTable({ store, book, results }, table);
        refuseIfCancelled(job);
        return runExtract(rows, gcsDirectory, extract);
      });
    }
    if (load !== undefined) return slowLoad(() => runLoad(store, { gcsDirectory, upload }, load));
    if (copy !== undefined) return slowLoad(() => runCopy(store, copy));
    const manner = { scriptFault, signals };
    const { rows, statistics, destination } = await queries.run(queryOf(job.configuration), manner);
    if (rows !== undefined) refuseIfCancelled(job);
    return { statistics, ...(rows && { rows }), ...(destination && { destination }) };
  }
}

/** What a job that ran leaves behind. */
export type JobYield = Pick<KeptOutcome, 'statistics' | 'errors' | 'destination'> & {
  readonly rows?: QueryRows;
};

/**
 * Milliseconds since 1970 that go on evenly from now: a clock that jumps leaves a job's times in order. Rounded up, as
 * `Date.now()` has cut off up to one: so no job ends before the last change that it has made.
 */
function steadyTime(): () => number {
  const begin = Date.now();
  const began = performance.now();
  return () => begin + Math.ceil(performance.now() - began);
}

function newJob(
  reference: JobReference,
  { configuration, isJobOptional, scriptFault }: Omit<NewJob, 'durable'>,
  done: Promise<void>,
  creationTime: number,
): Job {
  return {
    reference,
    configuration,
    creationReason: isJobOptional ? undefined : 'REQUESTED',
    failsSilently: scriptFault !== undefined,
    creationTime,
    startTime: undefined,
    outcome: undefined,
    cancelled: false,
    done,
  };
}

function referenceFor(
  store: Store,
  book: JobBook,
  request: NewJob,
  defaultLocation: string | undefined,
): { readonly reference: JobReference; readonly misplaced: BigQueryError | undefined } {
  const { configuration, jobId = `job_${randomUUID()}`, location = defaultLocation, upload } = request;
  if (configuration.load !== undefined) checkSources(configuration.load, upload);
  else if (configuration.copy !== undefined) checkCopy(configuration.copy);
  else if (configuration.extract === undefined) queryOf(configuration);
  if (!/^[A-Za-z0-9_-]{1,1024}$/.test(jobId)) {
    throw new BigQueryError(
      'invalid',
      `Invalid job ID "${jobId}". Job IDs must be alphanumeric (plus underscores and dashes) and must be at most 1024 characters long.`,
    );
  }
  const { projectId } = store;
  const place = placeOf(store, configuration, location);
  if (place.misplaced && configuration.query === undefined) throw place.misplaced;
  const reference = { projectId, jobId, location: place.location };
  if (book.has(jobKey(reference))) {
    throw new BigQueryError('duplicate', `Already Exists: Job ${jobName(reference)}`);
  }
  return { reference, misplaced: place.misplaced };
}

function checkSources({ sourceUris }: LoadConfiguration, upload: Upload | undefined): void {
  if (upload === undefined && sourceUris.length === 0) {
    throw new BigQueryError('invalid', 'Load configuration must specify at least one source URI');
  }
  if (upload !== undefined && sourceUris.length > 0) {
    throw new BigQueryError(
      'invalid',
      'Load configuration must not specify source URIs when data is uploaded',
    );
  }
}

function queryOf({ query }: JobConfiguration): NonNullable<JobConfiguration['query']> {
  if (query !== undefined) return query;
  throw new BigQueryError(
    'invalid',
    'Job configuration must contain exactly one job-specific configuration object',
  );
}

function withoutParameters(configuration: JobConfiguration): JobConfiguration {
  const { query } = configuration;
  return query === undefined
    ? configuration
    : { ...configuration, query: { ...query, queryParameters: undefined } };
}
