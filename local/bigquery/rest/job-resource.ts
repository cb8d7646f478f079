import { z } from 'zod';
import { anonymousTable } from '../jobs/anonymous-table';
import { type Job, jobName } from '../jobs/job';
import type { ErrorProto } from './wire-errors';

type Fault = Omit<ErrorProto, 'domain'>;

/** A job as jobs.get answers it. */
export function jobResource(job: Job): object {
  const { reference, configuration, creationTime, startTime, outcome } = job;
  const { error, errors } = outcome ?? {};
  const { load, extract } = configuration;
  const jobType = load !== undefined ? 'LOAD' : extract !== undefined ? 'EXTRACT' : 'QUERY';
  return {
    kind: 'bigquery#job',
    etag: `${creationTime}-${outcome === undefined ? 'open' : outcome.endTime}`,
    id: jobName(reference),
    selfLink: `/bigquery/v2/projects/${reference.projectId}/jobs/${reference.jobId}?location=${reference.location}`,
    user_email: 'local@localhost',
    jobReference: reference,
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

/** A query without a destination is answered with the table that holds its rows. */
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
