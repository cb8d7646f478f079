import { type Job, jobKey } from '../jobs/job';
import { jobInsertSchema } from '../jobs/job-configuration';
import type { Jobs } from '../jobs/jobs';
import { settled } from '../jobs/settled';
import type { Store } from '../store/store';
import { checkProject } from './datasets';
import { jobResource } from './job-resource';
import { pageOf } from './paging';
import type { RestRequest, Route } from './router';
import { parseRequest } from './wire-errors';

/**
 * How long jobs.insert and jobs.get wait for a job that is about to be done: it saves a client that asks every half
 * second from finding a job of a few milliseconds unfinished.
 */
const patienceMilliseconds = 50;

/** jobs.insert, get, list, cancel and delete of REST v2. */
export function jobRoutes(store: Store, jobs: Jobs): Route[] {
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
    { method: 'GET', path: one, handle: async (request) => resourceSoon(await find(store, jobs, request)) },
    {
      method: 'POST',
      path: `${one}/cancel`,
      async handle(request) {
        const job = await find(store, jobs, request);
        jobs.cancel(job);
        return { kind: 'bigquery#jobCancelResponse', job: jobResource(job) };
      },
    },
  ];
}

/** The job that a request's path and `location` name. @throws BigQueryError `notFound` */
export function find(store: Store, jobs: Jobs, request: RestRequest): Promise<Job> {
  checkProject(store, request);
  return jobs.find(request.params.jobId ?? '', request.query.get('location') || undefined);
}

async function insert(store: Store, jobs: Jobs, request: RestRequest): Promise<object> {
  checkProject(store, request);
  const { configuration, jobReference } = parseRequest(jobInsertSchema, request.body);
  const location = jobReference?.location ?? undefined;
  const wanted = {
    configuration,
    jobId: jobReference?.jobId,
    location,
    durable: true,
    upload: request.upload,
  };
  if (configuration.dryRun === true) return jobResource(await jobs.dryRun(wanted));
  const job = await jobs.start(wanted);
  await settled(job, patienceMilliseconds);
  // A client takes an answer with errors in it for a refusal; that a job has failed is told to who asks for it next.
  return jobResource(job.outcome?.errors === undefined ? job : { ...job, outcome: undefined });
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
