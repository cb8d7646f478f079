import { z } from 'zod';
import { anonymousTable } from '../../jobs/anonymous-tables';
import { type Job, jobKey, jobName, settled } from '../../jobs/job';
import { jobInsertSchema } from '../../jobs/job-schemas';
import type { Jobs } from '../../jobs/jobs';
import type { Store } from '../../store/store';
import { pageOf } from '../paging';
import type { RestRequest, RestRoute } from '../router';
import { type ErrorProto, parsePart } from '../wire-errors';
import { checkProject, withoutNulls } from './resource-requests';

/**
 * How long jobs.insert and jobs.get wait for a job that is about to finish: a client that asks every half
 * second then need not find a job of a few milliseconds unfinished.
 */
const patienceMilliseconds = 50;

/** jobs.insert, get, list, cancel and delete of REST v2. */
export function jobRoutes(store: Store, jobs: Jobs): RestRoute[] {
  const collection = '/projects/:projectId/jobs';
  const one = `${collection}/:jobId`;
  return [
    { method: 'POST', path: collection, handle: (request) => insert(store, jobs, request) },
    {
      method: 'POST',
      path: `/upload/bigquery/v2${collection}`,
      handle: (request) => insert(store, jobs, request),
    },
    { method: 'GET', path: collection, handle: (request) => list(store, jobs, request) },
    {
      method: 'GET',
      path: one,
      handle: async (request) => resourceSoon(await findJob(store, jobs, request)),
    },
    {
      method: 'DELETE',
      path: `${one}/delete`,
      async handle(request) {
        await jobs.delete(await findJob(store, jobs, request));
        return {};
      },
    },
    {
      method: 'POST',
      path: `${one}/cancel`,
      async handle(request) {
        const job = await findJob(store, jobs, request);
        jobs.cancel(job);
        return { kind: 'bigquery#jobCancelResponse', job: jobResource(job) };
      },
    },
  ];
}

/** The job that a request's path and `location` name. @throws BigQueryError `notFound` */
export function findJob(store: Store, jobs: Jobs, request: RestRequest): Promise<Job> {
  checkProject(store, request);
  return jobs.find(request.params.jobId ?? '', request.query.get('location') || undefined);
}

async function insert(store: Store, jobs: Jobs, request: RestRequest): Promise<object> {
  checkProject(store, request);
  const { configuration, jobReference } = parsePart(jobInsertSchema, withoutNulls(request.body));
  const location = jobReference?.location ?? undefined;
  const wanted = {
    configuration,
    jobId: jobReference?.jobId,
    location,
    durable: true,
    upload: request.upload,
    scriptFault: request.faults?.script,
  };
  if (configuration.dryRun === true) return jobResource(await jobs.dryRun(wanted));
  const job = await jobs.start(wanted);
  await settled(job, patienceMilliseconds);
  // A client takes an answer with errors for a refusal, so that the job failed is told at the next jobs.get. Of a
  // query in another location than its dataset BigQuery says at once that it failed:
  // googleapis/nodejs-bigquery system-test/bigquery.ts, "job.getQueryResults should fail if the job location is incorrect"
  const tellsAll = job.outcome?.errors === undefined || job.misplaced !== undefined;
  return jobResource(tellsAll ? job : { ...job, outcome: undefined });
}

async function resourceSoon(job: Job): Promise<object> {
  await settled(job, patienceMilliseconds);
  return jobResource(job);
}

function list(store: Store, jobs: Jobs, request: RestRequest): object {
  checkProject(store, request);
  const states = request.query.getAll('stateFilter').map((state) => state.toUpperCase());
  const matching = jobs
    .recent()
    .map((job) => ({ job, resource: jobResource(job) }))
    .filter(({ job }) => states.length === 0 || states.includes(stateOf(job)))
    .map(({ job, resource }, index) => ({
      place: String(index).padStart(9, '0'),
      key: jobKey(job.reference),
      resource,
    }));
  const { items, nextPageToken } = pageOf(matching, ({ place }) => place, request.query, 50);
  return {
    kind: 'bigquery#jobList',
    ...(nextPageToken !== undefined && { nextPageToken }),
    jobs: items.map(({ resource }) => resource),
  };
}

function stateOf({ outcome, startTime }: Job): string {
  if (outcome !== undefined) return 'DONE';
  return startTime === undefined ? 'PENDING' : 'RUNNING';
}

type Fault = Omit<ErrorProto, 'domain'>;

/** A job as jobs.get answers it. */
function jobResource(job: Job): object {
  const { reference, configuration, creationTime, startTime, outcome, creationReason } = job;
  const { error, errors } = outcome ?? {};
  const { load, extract, copy } = configuration;
  const kinds = [load && 'LOAD', extract && 'EXTRACT', copy && 'COPY'];
  const jobType = kinds.find((kind) => kind !== undefined) ?? 'QUERY';
  return {
    kind: 'bigquery#job',
    etag: `${creationTime}-${outcome === undefined ? 'open' : outcome.endTime}`,
    id: jobName(reference),
    selfLink: `/bigquery/v2/projects/${reference.projectId}/jobs/${reference.jobId}?location=${reference.location}`,
    user_email: 'local@localhost',
    jobReference: reference,
    ...(creationReason !== undefined && { jobCreationReason: { code: creationReason } }),
    configuration: { jobType, ...withResultTable(job) },
    status: {
      state: outcome !== undefined ? 'DONE' : startTime === undefined ? 'PENDING' : 'RUNNING',
      ...(error !== undefined && { errorResult: wireFault(error) }),
      ...(errors !== undefined && { errors: errors.map(wireFault) }),
    },
    statistics: {
      creationTime: String(creationTime),
      ...(startTime !== undefined && { startTime: String(startTime) }),
      ...(outcome !== undefined && { endTime: String(outcome.endTime) }),
      ...outcome?.statistics,
    },
  };
}

/** Names the table that holds the rows of a query without a destination. */
function withResultTable({ configuration, reference, outcome }: Job): object {
  const { query } = configuration;
  const { statementType } = statisticsSchema.parse(outcome?.statistics ?? {}).query ?? {};
  if (query === undefined || statementType !== 'SELECT' || query.destinationTable !== undefined) {
    return configuration;
  }
  return { ...configuration, query: { ...query, destinationTable: anonymousTable(reference) } };
}

const statisticsSchema = z.object({ query: z.object({ statementType: z.string().optional() }).optional() });

function wireFault({ reason, message, location }: Fault): Fault {
  return { reason, ...(location !== undefined && { location }), message };
}
