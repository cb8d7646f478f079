import type { OpenJobs } from '../../shared/google/bigquery/jobs/tenant-jobs';
import { type TellJob, tellNoJob } from '../../shared/runs/show-run';

/** Who is shown a run. */
export interface Viewer {
  /** Admins are told where the jobs are. */
  readonly isAdmin: boolean;
}

/**
 * What a viewer is told of jobs. Free of charge. Best effort: none are told where BigQuery cannot be asked where the
 * tenant's are.
 */
export async function tellingJobs(
  tenantId: string,
  { isAdmin }: Viewer,
  openJobs: OpenJobs,
): Promise<TellJob> {
  if (!isAdmin) return tellNoJob;
  try {
    const { projectId, location } = (await openJobs(tenantId)).place;
    return (jobId) => ({ job: jobId === null ? null : { project_id: projectId, location, job_id: jobId } });
  } catch {
    return () => ({ job: null });
  }
}
