import type { BigQuery } from '@google-cloud/bigquery';
import { isNotFound } from '../failures';
import { jobResourceSchema } from './job-resource';
import { locationOf } from './start-job';

/** The jobs of a tenant, by their ids. All of it is free of charge. */
export interface TenantJobs {
  /** Undefined where there is no such job. */
  readonly stateOf: (jobId: string) => Promise<JobState | undefined>;
  /** Resolves once BigQuery has been asked to stop the job; it stops a little later. One that is over, or is not there, stays so. */
  readonly cancel: (jobId: string) => Promise<void>;
}

export type JobState = 'under way' | 'completed' | 'failed';

/** A job can only be found by naming its location, which is its dataset's: so that is read first. Throws where there is no dataset. */
export type OpenJobs = (dataset: string) => Promise<TenantJobs>;

export const createOpenJobs =
  (bigquery: BigQuery): OpenJobs =>
  async (dataset) => {
    const location = await locationOf(bigquery, dataset);
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
