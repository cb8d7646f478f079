import type { RunJob } from '../../shared/google/bigquery/jobs/run-job';
import type { OpenJobs } from '../../shared/google/bigquery/jobs/tenant-jobs';
import type { Log } from '../../shared/log';
import type { RunWatch } from './watch-run';

/**
 * As `runJob`, but stops the job that is under way when its run is over: left alone, it would go on and take effect. When
 * the signal comes for another reason, jobs go on.
 */
export const stoppable =
  (runJob: RunJob, watch: RunWatch, openJobs: OpenJobs, log: Log): RunJob =>
  async (request, signal) => {
    try {
      return await runJob(request, signal);
    } catch (error) {
      if (watch.signal.aborted) await stop(request.datasetId, request.jobId);
      throw error;
    }

    async function stop(datasetId: string, jobId: string): Promise<void> {
      try {
        await (await openJobs(datasetId)).cancel(jobId);
      } catch (error) {
        log('WARNING', 'A job of a run that is over could not be stopped', {
          tenant_id: datasetId,
          job_id: jobId,
          error,
        });
      }
    }
  };
