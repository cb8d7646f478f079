import type { BigQuery, Job } from '@google-cloud/bigquery';
import { z } from 'zod';
import { forgetLocationOfDataset, locationOfDataset } from '../dataset-location';
import { isDuplicate, isNotFound, KnownFailure } from '../failures';
import { toDryRunConfiguration, toJobConfiguration } from './job-configuration';
import type { JobRequest, QueryWork, UploadWork } from './job-request';
import { type JobResource, jobResourceSchema } from './job-resource';
import { type FileUpload, uploadFile } from './upload-file';
import { notInTime, runWasOver } from './wait-for-job';

export interface StartedJob {
  readonly job: Job;
  readonly resource: JobResource;
  readonly attached: boolean;
}

/** What is known of a job when a request fails. */
export interface JobTrace {
  /** Whether there is one, or nobody could look whether there is. */
  mayHaveStarted: boolean;
}

/** Throws a request's error, or a KnownFailure if an upload was not done in time or is no longer wanted. */
export async function startOrAttach(
  bigquery: BigQuery,
  request: JobRequest,
  trace: JobTrace,
  signal: AbortSignal | undefined,
): Promise<StartedJob> {
  const location = await locationOf(bigquery, request);
  try {
    if (request.work.kind === 'upload') {
      return await attachOrUpload(bigquery, { ...request, location }, request.work, trace, signal);
    }
    const [job, resource] = await bigquery.createJob({
      jobId: request.jobId,
      location,
      configuration: toJobConfiguration(request, bigquery.projectId),
    });
    return { job, resource: jobResourceSchema.parse(resource), attached: false };
  } catch (error) {
    // A dataset that is not where it was is told by a refusal or by a job that has failed at once.
    if (isNotFound(error)) await forgetLocationOfDataset(bigquery, request.datasetId);
    const failed = failedAtOnce(bigquery, error);
    if (failed) return failed;
    if (!isDuplicate(error)) throw error;
    trace.mayHaveStarted = true;
    return await attach(bigquery, { ...request, location }, trace);
  }
}

/** The file is made only if there is no job yet. */
async function attachOrUpload(
  bigquery: BigQuery,
  request: JobRequest & { readonly location: string },
  work: UploadWork,
  trace: JobTrace,
  signal: AbortSignal | undefined,
): Promise<StartedJob> {
  const { location } = request;
  try {
    return await attach(bigquery, request, trace);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  const path = await work.file();
  const projectId = await bigquery.getProjectId();
  const jobReference = { projectId, jobId: request.jobId, location };
  const job = { jobReference, configuration: toJobConfiguration(request, projectId) };
  const resource = jobResourceSchema.parse(
    await uploadInTime(bigquery, request, { projectId, path, job }, trace, signal),
  );
  return { job: bigquery.job(request.jobId, { location }), resource, attached: false };
}

/** An upload that is broken off has made no job, or one that the next attempt attaches to. */
async function uploadInTime(
  bigquery: BigQuery,
  { timeoutMs, cancelWhen }: JobRequest,
  upload: FileUpload,
  trace: JobTrace,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const timeUp = AbortSignal.timeout(timeoutMs);
  const ends = [timeUp, signal, cancelWhen].filter((each) => each !== undefined);
  try {
    return await uploadFile(bigquery, upload, AbortSignal.any(ends));
  } catch (error) {
    if (ends.some(({ aborted }) => aborted)) trace.mayHaveStarted = true;
    if (cancelWhen?.aborted) throw new KnownFailure(runWasOver);
    if (timeUp.aborted) throw new KnownFailure(notInTime(timeoutMs));
    throw error;
  }
}

/** If a job has failed by the time BigQuery answers, the client throws, with the resource as `response`. */
function failedAtOnce(bigquery: BigQuery, error: unknown): StartedJob | undefined {
  const parsed = z.object({ response: jobResourceSchema }).safeParse(error);
  if (!parsed.success) return undefined;
  const resource = parsed.data.response;
  const { jobId, location } = resource.jobReference;
  return { job: bigquery.job(jobId, { location }), resource, attached: false };
}

/** A job can only be found by its location, which is its dataset's. Throws BigQuery's error. */
export async function attach(bigquery: BigQuery, request: JobRequest, trace: JobTrace): Promise<StartedJob> {
  const location = await locationOf(bigquery, request);
  const job = bigquery.job(request.jobId, { location });
  const [resource]: readonly unknown[] = await job.getMetadata().catch((error: unknown) => {
    if (!isNotFound(error)) trace.mayHaveStarted = true;
    throw error;
  });
  return { job, resource: jobResourceSchema.parse(resource), attached: true };
}

/** What BigQuery says of a query that it does not run: free of charge. The Job resource, unparsed. */
export async function dryRun(bigquery: BigQuery, request: DatasetOfJob, work: QueryWork): Promise<unknown> {
  const [, resource]: readonly unknown[] = await bigquery.createJob({
    location: await locationOf(bigquery, request),
    configuration: toDryRunConfiguration(request, work, bigquery.projectId),
  });
  return resource;
}

/** The dataset that a job works in, and where that is, if that is known. */
export type DatasetOfJob = Pick<JobRequest, 'datasetId' | 'location'>;

const locationOf = async (bigquery: BigQuery, { location, datasetId }: DatasetOfJob): Promise<string> =>
  location ?? (await locationOfDataset(bigquery, datasetId));
