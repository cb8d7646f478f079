import { type Job, jobName } from '../jobs/job';
import type { ErrorProto } from './wire-errors';

type Fault = Omit<ErrorProto, 'domain'>;

/** A job as jobs.get answers it. */
export function jobResource(job: Job): object {
  const { reference, configuration, creationTime, startTime, outcome } = job;
  const { error, errors } = outcome ?? {};
  const jobType = configuration.load === undefined ? 'QUERY' : 'LOAD';
  return {
    kind: 'bigquery#job',
    etag: `${creationTime}-${outcome === undefined ? 'open' : outcome.endTime}`,
    id: jobName(reference),
    selfLink: `/bigquery/v2/projects/${reference.projectId}/jobs/${reference.jobId}?location=${reference.location}`,
    user_email: 'local@localhost',
    jobReference: reference,
    configuration: { jobType, ...configuration },
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

function wireFault({ reason, message, location }: Fault): Fault {
  return { reason, ...(location !== undefined && { location }), message };
}
