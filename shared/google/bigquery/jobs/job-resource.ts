import { z } from 'zod';
import type { Failure } from '../failures';
import { classifyFailure } from '../failures';
import { describeBadRows, jobErrorSchema } from './bad-rows';

/** Int64 of the REST interface: decimal digits as text. */
const count = z.coerce.number().catch(0).default(0);
const moment = z.coerce
  .number()
  .transform((milliseconds) => new Date(milliseconds))
  .optional()
  .catch(undefined);

const tableReferenceSchema = z.object({ projectId: z.string(), datasetId: z.string(), tableId: z.string() });

/** The fields of BigQuery's Job resource that are used. */
export const jobResourceSchema = z.object({
  jobReference: z.object({ jobId: z.string(), location: z.string().optional() }),
  configuration: z
    .object({
      query: z.looseObject({ destinationTable: tableReferenceSchema.optional() }).optional(),
      jobTimeoutMs: z.coerce.number().optional().catch(undefined),
    })
    .optional(),
  status: z.object({
    state: z.string(),
    errorResult: jobErrorSchema.optional(),
    errors: z.array(jobErrorSchema).default([]),
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
      load: z.object({ outputRows: count, inputFileBytes: count, badRecords: count }).optional(),
      extract: z.object({ inputBytes: count }).optional(),
    })
    .prefault({}),
});

export type JobResource = z.infer<typeof jobResourceSchema>;

export interface JobStatistics {
  readonly rowsWritten: number;
  readonly bytesProcessed: number;
  readonly bytesBilled: number;
  /** Rows that a load left out, as its step allows. */
  readonly badRecords?: number | undefined;
  /** The first of them, each with its place and reason. */
  readonly badRows?: readonly string[] | undefined;
  readonly startedAt?: Date | undefined;
  readonly endedAt?: Date | undefined;
}

/**
 * The rows that a query itself yielded, from the last stage of its plan. getQueryResults would count the
 * whole table that they were appended to. Undefined if there is no plan.
 */
export const rowsOfLastStage = ({ statistics }: JobResource): number | undefined =>
  statistics.query?.queryPlan.at(-1)?.recordsWritten;

/** @param resultRows rows of a query's result that went to a destination table, or of an extracted table */
export function toStatistics({ statistics, status }: JobResource, resultRows = 0): JobStatistics {
  const { query, load, extract, creationTime, endTime } = statistics;
  const hasLeftOut = load !== undefined && load.badRecords > 0 && status.errorResult === undefined;
  return {
    rowsWritten: load?.outputRows ?? Math.max(query?.numDmlAffectedRows ?? 0, resultRows),
    bytesProcessed: load?.inputFileBytes ?? extract?.inputBytes ?? query?.totalBytesProcessed ?? 0,
    bytesBilled: query?.totalBytesBilled ?? 0,
    ...(hasLeftOut && { badRecords: load.badRecords, badRows: describeBadRows(status.errors) }),
    startedAt: creationTime,
    endedAt: endTime,
  };
}

/**
 * Why a job failed; undefined if it did not. A failed load's `errorResult` only says that there were too many
 * errors. The entries beside it name row and column, so the first of those is added.
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

/**
 * A worker's clock may be this far ahead of BigQuery's when it cancels a job at its timeout. In milliseconds.
 */
const toleranceMs = 1_000;

/**
 * Whether a stopped job had used up its time: whoever looks at it later says the same as whoever stopped it.
 */
function hasTimedOut({ configuration, statistics: { creationTime, endTime } }: JobResource): boolean {
  if (!configuration?.jobTimeoutMs || !creationTime || !endTime) return false;
  return endTime.getTime() - creationTime.getTime() >= configuration.jobTimeoutMs - toleranceMs;
}
