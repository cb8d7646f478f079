import type { BigQuery } from '@google-cloud/bigquery';
import { locationOfDataset } from '../dataset-location';
import { isNotFound } from '../failures';
import { jobResourceSchema } from './job-resource';

/** Where a job is: what BigQuery has to be told besides its id. */
export interface JobsPlace {
  readonly projectId: string;
  readonly location: string;
}

/** A tenant's jobs, by their ids. All requests are free of charge. */
export interface TenantJobs {
  readonly place: JobsPlace;
  /** Undefined if there is no such job. */
  readonly find: (jobId: string) => Promise<FoundJob | undefined>;
  /**
   * Resolves once BigQuery has been asked to stop the job, which stops a little later. Harmless if it is over
   * or not there.
   */
  readonly cancel: (jobId: string) => Promise<void>;
}

export type JobState = 'under way' | 'completed' | 'failed';

export interface FoundJob {
  readonly state: JobState;
  /** By BigQuery's clock. */
  readonly createdAt: Date | undefined;
}

/** Reads the dataset's location first, by which a job is found. Throws BigQuery's error. */
export type OpenJobs = (dataset: string) => Promise<TenantJobs>;

export const createOpenJobs =
  (bigquery: BigQuery): OpenJobs =>
  async (dataset) => {
    const location = await locationOfDataset(bigquery, dataset);
    return {
      place: { projectId: await bigquery.getProjectId(), location },
      async find(jobId) {
        try {
          const [resource]: readonly unknown[] = await bigquery.job(jobId, { location }).getMetadata();
          const { status, statistics } = jobResourceSchema.parse(resource);
          const { state, errorResult } = status;
          const ended = errorResult === undefined ? 'completed' : 'failed';
          return { state: state === 'DONE' ? ended : 'under way', createdAt: statistics.creationTime };
        } catch (error) {
          if (isNotFound(error)) return undefined;
          throw error;
        }
      },
      async cancel(jobId) {
        try {
          await bigquery.job(jobId, { location }).cancel();
        } catch (error) {
          if (!isNotFound(error)) throw error;
        }
      },
    };
  };
