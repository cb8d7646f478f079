import type { BigQuery } from '@google-cloud/bigquery';
import { locationOfDataset } from '../dataset-location';
import { isNotFound } from '../failures';
import { jobResourceSchema } from './job-resource';

/** A tenant's jobs, by their ids. All requests are free of charge. */
export interface TenantJobs {
  /** Undefined if there is no such job. */
  readonly stateOf: (jobId: string) => Promise<JobState | undefined>;
  /**
   * Resolves once BigQuery has been asked to stop the job, which stops a little later. Harmless if it is over
   * or not there.
   */
  readonly cancel: (jobId: string) => Promise<void>;
}

export type JobState = 'under way' | 'completed' | 'failed';

/** Reads the dataset's location first, by which a job is found. Throws BigQuery's error. */
export type OpenJobs = (dataset: string) => Promise<TenantJobs>;

export const createOpenJobs =
  (bigquery: BigQuery): OpenJobs =>
  async (dataset) => {
    const location = await locationOfDataset(bigquery, dataset);
    return {
      async stateOf(jobId) {
        try {
          const [resource]: readonly unknown[] = await bigquery.job(jobId, { location }).getMetadata();
          const { state, errorResult } = jobResourceSchema.parse(resource).status;
          if (state !== 'DONE') return 'under way';
          return errorResult === undefined ? 'completed' : 'failed';
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
