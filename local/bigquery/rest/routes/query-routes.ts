import { z } from 'zod';
import { BigQueryError } from '../../bigquery-error';
import { rowsOfDestination } from '../../jobs/destination';
import {
  type Job,
  type JobCreationReason,
  type JobReference,
  jobKey,
  type KeptOutcome,
  type QueryRows,
  settled,
} from '../../jobs/job';
import { type QueryRequest, queryRequestSchema } from '../../jobs/job-schemas';
import type { Jobs, NewJob } from '../../jobs/jobs';
import type { QueryResults } from '../../jobs/query-results';
import { createRequestIds, type RequestIds } from '../../jobs/request-ids';
import type { ScriptFault } from '../../model';
import type { Store } from '../../store/store';
import { countOf, decodePageToken, encodePageToken } from '../paging';
import type { RestRequest, RestRoute } from '../router';
import { parsePart } from '../wire-errors';
import { pageOfRows, type TimestampFormat, timestampFormat, wireSchema } from '../wire-rows';
import { findJob } from './job-routes';
import { checkProject, withoutNulls } from './resource-requests';

const defaultTimeout = 10_000;
/** BigQuery lets no call wait longer than this. */
const longestTimeout = 200_000;

interface Served {
  readonly store: Store;
  readonly jobs: Jobs;
  readonly results: QueryResults;
}

/** jobs.query and jobs.getQueryResults of REST v2. */
export function queryRoutes(served: Served): RestRoute[] {
  const requestIds = createRequestIds();
  return [
    {
      method: 'POST',
      path: '/projects/:projectId/queries',
      handle: (request) => query(served, requestIds, request),
    },
    {
      method: 'GET',
      path: '/projects/:projectId/queries/:jobId',
      handle: (request) => getResults(served, request),
    },
  ];
}

interface Window {
  readonly start: number;
  readonly size: number | undefined;
  readonly format: TimestampFormat;
}

async function query(served: Served, requestIds: RequestIds, request: RestRequest): Promise<object> {
  checkProject(served.store, request);
  const body = parsePart(queryRequestSchema, withoutNulls(request.body));
  const wanted = jobRequest(body, request.faults?.script);
  const { formatOptions, maxResults, timeoutMs, requestId } = body;
  const job = await (body.dryRun === true
    ? served.jobs.dryRun(wanted)
    : requestIds.once(requestId ?? undefined, () => served.jobs.start(wanted)));
  const window: Window = {
    start: 0,
    size: maxResults ?? undefined,
    format: timestampFormat(formatOptions?.useInt64Timestamp, formatOptions?.timestampOutputFormat),
  };
  request.onLeave(served.jobs.awaited(job));
  const outcome = await settled(job, Math.min(timeoutMs ?? defaultTimeout, longestTimeout));
  const { location } = job.reference;
  if (isJobOptional(body) && outcome?.error !== undefined && !isScript(outcome)) served.jobs.forget(job);
  const queryId = job.reference.jobId;
  const answered = { ...answer(served, 'bigquery#queryResponse', job, outcome, window), queryId, location };
  return isJobOptional(body) ? withJobIfNeeded(served.jobs, job, answered) : answered;
}

function isJobOptional({ jobCreationMode, dryRun }: QueryRequest): boolean {
  return jobCreationMode === 'JOB_CREATION_OPTIONAL' && dryRun !== true;
}

/**
 * The answer to a query in optional job creation mode: a SELECT whose rows are all in the answer has no job.
 * BigQuery may spare some scripts theirs, too; here they always have one.
 * https://cloud.google.com/bigquery/docs/running-queries#optional-job-creation
 */
function withJobIfNeeded(jobs: Jobs, job: Job, answered: QueryAnswer): object {
  const reason = job.creationReason ?? reasonForJob(answered);
  if (reason !== undefined) {
    job.creationReason = reason;
    return { ...answered, jobCreationReason: { code: reason } };
  }
  jobs.forget(job);
  return { ...answered, jobReference: undefined };
}

function reasonForJob({ jobComplete, statementType, pageToken }: QueryAnswer): JobCreationReason | undefined {
  if (!jobComplete) return 'LONG_RUNNING';
  if (statementType !== 'SELECT') return 'OTHER';
  return pageToken === undefined ? undefined : 'LARGE_RESULTS';
}

function jobRequest(body: QueryRequest, scriptFault: ScriptFault | undefined): NewJob {
  const { labels, dryRun, location, jobTimeoutMs } = body;
  return {
    configuration: {
      query: {
        query: sharedText(body.query),
        useLegacySql: body.useLegacySql,
        defaultDataset: body.defaultDataset,
        parameterMode: body.parameterMode,
        queryParameters: body.queryParameters,
        maximumBytesBilled: body.maximumBytesBilled,
        createSession: body.createSession,
      },
      ...(labels && { labels }),
      ...(dryRun === true && { dryRun }),
      ...(jobTimeoutMs && { jobTimeoutMs }),
    },
    location: location ?? undefined,
    durable: false,
    isJobOptional: isJobOptional(body),
    scriptFault,
  };
}

async function getResults(served: Served, request: RestRequest): Promise<object> {
  const job = await findJob(served.store, served.jobs, request);
  if (job.configuration.query === undefined) {
    throw new BigQueryError('invalid', 'Cannot retrieve the results of a job that is not a query');
  }
  const { query: parameters } = request;
  const token = parameters.get('pageToken');
  const window: Window = {
    start: token ? Number(decodePageToken(token)) : (countOf(parameters, 'startIndex') ?? 0),
    size: countOf(parameters, 'maxResults'),
    format: timestampFormat(
      parameters.get('formatOptions.useInt64Timestamp'),
      parameters.get('formatOptions.timestampOutputFormat'),
    ),
  };
  const timeout = countOf(parameters, 'timeoutMs') ?? defaultTimeout;
  const outcome = await settled(job, Math.min(timeout, longestTimeout));
  return answer(served, 'bigquery#getQueryResultsResponse', job, outcome, window);
}

/** What is answered of a query's results; further members are the statistics'. */
interface QueryAnswer {
  readonly kind: string;
  readonly jobReference: JobReference;
  readonly jobComplete: boolean;
  readonly statementType?: string | undefined;
  readonly pageToken?: string | undefined;
  readonly [member: string]: unknown;
}

function answer(
  served: Served,
  kind: string,
  job: Job,
  outcome: KeptOutcome | undefined,
  window: Window,
): QueryAnswer {
  const head = { kind, jobReference: job.reference };
  if (outcome === undefined) return { ...head, jobComplete: false };
  const { error } = outcome;
  if (error !== undefined) {
    if (job.failsSilently && isScript(outcome)) return { ...head, jobComplete: true };
    throw new BigQueryError(error.reason, error.message, error.location);
  }
  const statistics = statisticsSchema.parse(outcome.statistics);
  return {
    ...head,
    jobComplete: true,
    cacheHit: false,
    totalBytesProcessed: statistics.totalBytesProcessed ?? '0',
    ...statistics.query,
    ...rowsOf(rowsOfJob(served, job, outcome), window),
  };
}

function isScript({ statistics }: KeptOutcome): boolean {
  return statisticsSchema.parse(statistics).query?.statementType === 'SCRIPT';
}

const statisticsSchema = z.object({
  totalBytesProcessed: z.string().optional(),
  query: z
    .object({
      totalBytesBilled: z.string().optional(),
      numDmlAffectedRows: z.string().optional(),
      dmlStats: z.looseObject({}).optional(),
      statementType: z.string().optional(),
    })
    .optional(),
});

/**
 * Undefined for a statement that yields no rows.
 * @throws BigQueryError `notFound` for rows that were forgotten
 */
function rowsOfJob(
  { store, results }: Served,
  job: Job,
  { statistics, destination }: KeptOutcome,
): QueryRows | undefined {
  if (destination !== undefined) return rowsOfDestination(store, destination);
  const rows = results.get(jobKey(job.reference));
  if (rows !== undefined || statisticsSchema.parse(statistics).query?.statementType !== 'SELECT') return rows;
  throw new BigQueryError(
    'notFound',
    `Not found: the results of job ${jobKey(job.reference)} are no longer kept. Run the query again.`,
  );
}

function rowsOf(
  found: QueryRows | undefined,
  { start, size, format }: Window,
): { readonly pageToken?: string; readonly [member: string]: unknown } {
  if (found === undefined) return { totalRows: '0' };
  const { schema, rows } = found;
  const page = pageOfRows(rows, schema, start, size ?? 100_000, format);
  return {
    schema: wireSchema(schema),
    totalRows: String(rows.length),
    ...(page.next !== undefined && { pageToken: encodePageToken(String(page.next)) }),
    ...(page.rows.length > 0 && { rows: page.rows }),
  };
}

const texts = new Map<string, string>();
const limit = 1_000;

/**
 * One string for all equal texts: the same statements come again and again, and each is held as long as its
 * job is.
 */
function sharedText(text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size >= limit) texts.clear();
  texts.set(text, text);
  return text;
}
