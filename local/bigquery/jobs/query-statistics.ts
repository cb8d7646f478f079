import { z } from 'zod';
import type { StatementResult } from '../model';
import type { JobRow } from '../sql/information-schema/job-rows';
import type { Job } from './job';

const megabyte = 1024 * 1024;

/**
 * What BigQuery would charge for: whole megabytes, at least 10 MB per table read and per query; nothing where
 * nothing is read (https://cloud.google.com/bigquery/pricing#on_demand_pricing).
 */
export function bytesBilled({ bytesProcessed, referencedTables }: StatementResult): number {
  if (bytesProcessed === 0) return 0;
  const minimum = 10 * megabyte * Math.max(1, referencedTables.length);
  return Math.max(minimum, Math.ceil(bytesProcessed / megabyte) * megabyte);
}

/** Rows a DML statement changed; undefined for other statements. */
export function affectedRows({ dmlStats }: StatementResult): string | undefined {
  if (dmlStats === undefined) return undefined;
  return String(dmlStats.insertedRowCount + dmlStats.updatedRowCount + dmlStats.deletedRowCount);
}

/** `dmlStats` in REST's form. */
function wireDmlStats({ dmlStats }: StatementResult): object | undefined {
  if (dmlStats === undefined) return undefined;
  return {
    insertedRowCount: String(dmlStats.insertedRowCount),
    updatedRowCount: String(dmlStats.updatedRowCount),
    deletedRowCount: String(dmlStats.deletedRowCount),
  };
}

/** A script is charged for each of its statements, which are jobs of their own. */
const totalBytesBilled = (result: StatementResult): number =>
  (result.statements ?? [result]).reduce((sum, each) => sum + bytesBilled(each), 0);

/** The statistics of a query job. Members that do not apply are undefined, and so are not sent. */
export function queryStatistics(result: StatementResult, dryRun: boolean): Record<string, unknown> {
  const bytes = String(result.bytesProcessed);
  return {
    totalBytesProcessed: bytes,
    ...(result.statementType === 'SCRIPT' && { numChildJobs: String(result.statements?.length ?? 0) }),
    query: {
      statementType: result.statementType,
      totalBytesProcessed: bytes,
      // https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobStatistics2
      ...(dryRun && { totalBytesProcessedAccuracy: 'PRECISE' }),
      totalBytesBilled: dryRun ? '0' : String(totalBytesBilled(result)),
      cacheHit: false,
      numDmlAffectedRows: affectedRows(result),
      dmlStats: wireDmlStats(result),
      referencedTables: result.referencedTables.length > 0 ? result.referencedTables : undefined,
      ddlTargetTable: result.ddlTargetTable,
      ddlOperationPerformed: result.ddlOperationPerformed,
      ...(dryRun && result.schema !== undefined && { schema: { fields: result.schema } }),
    },
  };
}

/** The plan of a query whose rows went to a table: one stage, the output, which says how many they were. */
export const outputPlan = (rows: number): { readonly queryPlan: readonly object[] } => ({
  queryPlan: [{ name: 'S00: Output', id: '0', recordsWritten: String(rows), status: 'COMPLETE' }],
});

/** Statistics of a query job with its plan in them. */
export const withOutput = (statistics: Record<string, unknown>, rows: number): Record<string, unknown> => ({
  ...statistics,
  query: { ...Object(statistics.query), ...outputPlan(rows) },
});

const statisticsSchema = z.object({
  totalBytesProcessed: z.string().optional().catch(undefined),
  query: z
    .object({
      statementType: z.string().optional().catch(undefined),
      totalBytesBilled: z.string().optional().catch(undefined),
    })
    .optional(),
});

/** A job as INFORMATION_SCHEMA.JOBS shows it. */
export function jobRow({ reference, configuration, creationTime, startTime, outcome }: Job): JobRow {
  const { query, load, extract, copy } = configuration;
  const { totalBytesProcessed, query: ofQuery } = statisticsSchema.parse(outcome?.statistics ?? {});
  const kinds = [load && 'LOAD', extract && 'EXTRACT', copy !== undefined && copy !== null && 'COPY'];
  return {
    projectId: reference.projectId,
    jobId: reference.jobId,
    jobType: kinds.find((kind) => typeof kind === 'string') || 'QUERY',
    state: outcome !== undefined ? 'DONE' : startTime === undefined ? 'PENDING' : 'RUNNING',
    creationTime,
    startTime,
    endTime: outcome?.endTime,
    query: query?.query,
    statementType: ofQuery?.statementType,
    totalBytesProcessed,
    totalBytesBilled: ofQuery?.totalBytesBilled,
    error: outcome?.error,
  };
}
