import type { Field, FieldType, Row } from '../../model';

/** A job, as INFORMATION_SCHEMA.JOBS shows it. Times are milliseconds since 1970. */
export interface JobRow {
  readonly projectId: string;
  readonly jobId: string;
  readonly jobType: string;
  readonly state: string;
  readonly creationTime: number;
  readonly startTime: number | undefined;
  readonly endTime: number | undefined;
  readonly query: string | undefined;
  readonly statementType: string | undefined;
  readonly totalBytesProcessed: string | undefined;
  readonly totalBytesBilled: string | undefined;
  readonly error:
    | { readonly reason: string; readonly location?: string; readonly message: string }
    | undefined;
}

const field = (name: string, type: FieldType, fields?: readonly Field[]): Field => ({
  name,
  type,
  mode: 'NULLABLE',
  ...(fields && { fields }),
});

export const jobColumns: readonly Field[] = [
  field('creation_time', 'TIMESTAMP'),
  field('project_id', 'STRING'),
  field('user_email', 'STRING'),
  field('job_id', 'STRING'),
  field('job_type', 'STRING'),
  field('statement_type', 'STRING'),
  field('start_time', 'TIMESTAMP'),
  field('end_time', 'TIMESTAMP'),
  field('query', 'STRING'),
  field('state', 'STRING'),
  field('total_bytes_processed', 'INTEGER'),
  field('total_bytes_billed', 'INTEGER'),
  field('cache_hit', 'BOOLEAN'),
  field('error_result', 'RECORD', [
    field('reason', 'STRING'),
    field('location', 'STRING'),
    field('message', 'STRING'),
  ]),
];

const moment = (milliseconds: number | undefined) =>
  milliseconds === undefined ? null : `${milliseconds}000`;

export function rowOfJob(job: JobRow): Row {
  const { error } = job;
  return [
    moment(job.creationTime),
    job.projectId,
    'local@localhost',
    job.jobId,
    job.jobType,
    job.statementType ?? null,
    moment(job.startTime),
    moment(job.endTime),
    job.query ?? null,
    job.state,
    job.totalBytesProcessed ?? null,
    job.totalBytesBilled ?? null,
    'false',
    error === undefined ? null : [error.reason, error.location ?? null, error.message],
  ];
}
