import { z } from 'zod';
import type { Failure } from '../failures';
import { classifyFailure } from '../failures';

/** Int64 of the REST interface: decimal digits as text. */
const count = z.coerce.number().catch(0).default(0);
const moment = z.coerce
  .number()
  .transform((milliseconds) => new Date(milliseconds))
  .optional()
  .catch(undefined);

const errorProto = z.object({ reason: z.string().optional(), message: z.string().optional() });

const tableResourceSchema = z.object({ projectId: z.string(), datasetId: z.string(), tableId: z.string() });

/** The parts of BigQuery's Job resource that are read. */
export const jobResourceSchema = z.object({
  jobReference: z.object({ jobId: z.string(), location: z.string().optional() }),
  configuration: z
    .object({
      query: z.looseObject({ destinationTable: tableResourceSchema.optional() }).optional(),
      jobTimeoutMs: z.coerce.number().optional().catch(undefined),
    })
    .optional(),
  status: z.object({
    state: z.string(),
    errorResult: errorProto.optional(),
    errors: z.array(errorProto).default([]),
  }),
  statistics: z
    .object({
      creationTime: moment,
      endTime: moment,
      query: z
        .object({
          totalBytesProcessed: count,
          totalBytesBilled: count,
          numDmlAffectedRows: count,
          queryPlan: z.array(z.object({ recordsWritten: count })).default([]),
        })
        .optional(),
      load: z.object({ outputRows: count, inputFileBytes: count }).optional(),
      extract: z.object({ inputBytes: count }).optional(),
    })
    .prefault({}),
});

export type JobResource = z.infer<typeof jobResourceSchema>;

export interface JobStatistics {
  readonly rowsWritten: number;
  readonly bytesProcessed: number;
  readonly bytesBilled: number;
  readonly startedAt?: Date | undefined;
  readonly endedAt?: Date | undefined;
}

/** In milliseconds since 1970; now, where BigQuery does not say. */
export const createdAtOf = ({ statistics }: JobResource): number =>
  statistics.creationTime?.getTime() ?? Date.now();

/**
 * The rows that a query itself yielded, as its plan's last stage tells: what getQueryResults counts of a table that rows
 * were appended to is the whole table. Undefined where there is no plan.
 */
export const rowsOfLastStage = ({ statistics }: JobResource): number | undefined =>
  statistics.query?.queryPlan.at(-1)?.recordsWritten;

/** @param resultRows rows of the query's result where they went to a destination table, or of the table extracted */
export function toStatistics({ statistics }: JobResource, resultRows = 0): JobStatistics {
  const { query, load, extract, creationTime, endTime } = statistics;
  return {
    rowsWritten: load?.outputRows ?? Math.max(query?.numDmlAffectedRows ?? 0, resultRows),
    bytesProcessed: load?.inputFileBytes ?? extract?.inputBytes ?? query?.totalBytesProcessed ?? 0,
    bytesBilled: query?.totalBytesBilled ?? 0,
    startedAt: creationTime,
    endedAt: endTime,
  };
}

/**
 * Why a job failed. A failed load's `errorResult` only says that there were too many errors; which row and column they
 * were in stands in the entries beside it, so the first of those is told as well.
 */
export function toFailure(resource: JobResource): Failure | undefined {
  const { status } = resource;
  if (!status.errorResult) return undefined;
  const classified = classifyFailure(status.errorResult);
  const failure: Failure =
    classified.code === 'stopped' && hasTimedOut(resource)
      ? { ...classified, code: 'timed_out' }
      : classified;
  const detail = status.errors.find(({ message }) => message && !failure.message.includes(message))?.message;
  return detail === undefined ? failure : { ...failure, message: `${failure.message} ${detail}` };
}

/** A worker's clock may be so far ahead of BigQuery's when it cancels a job at its timeout. */
const toleranceMs = 1_000;

/** Whether a job that was stopped had used up its time: whoever looks at it later says the same as who stopped it. */
function hasTimedOut({ configuration, statistics: { creationTime, endTime } }: JobResource): boolean {
  if (!configuration?.jobTimeoutMs || !creationTime || !endTime) return false;
  return endTime.getTime() - creationTime.getTime() >= configuration.jobTimeoutMs - toleranceMs;
}
