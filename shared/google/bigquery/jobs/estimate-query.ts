import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import { within } from '../../../support/time-limits';
import { classifyFailure, type Failure, isRetryable, KnownFailure } from '../failures';
import { judgeAnswer, judgeText } from './guard-reads';
import type { JobRequest, QueryWork } from './job-request';
import { withoutInternals } from './plain-words';
import { type PreparedMerge, prepareMerge } from './prepare-merge';
import { dryRun } from './start-job';

/** What BigQuery says that a query would read. */
export interface QueryEstimate {
  readonly bytesProcessed: number;
  /** UPPER_BOUND: clustered tables may take less. LOWER_BOUND: it takes at least so much. */
  readonly accuracy: EstimateAccuracy;
  /** How many tables it reads. */
  readonly tables: number;
}

export const estimateAccuracies = ['PRECISE', 'UPPER_BOUND', 'LOWER_BOUND', 'UNKNOWN'] as const;
export type EstimateAccuracy = (typeof estimateAccuracies)[number];

/** Why a query would fail. */
export interface RefusedEstimate {
  readonly failure: Failure;
  /** BigQuery's own words, where it was BigQuery that refused. They may name projects and accounts. */
  readonly said?: string | undefined;
}

export interface EstimateRequest extends Pick<JobRequest, 'datasetId' | 'location' | 'reads'> {
  readonly work: QueryWork;
}

/**
 * What a query would read, by dry runs, which are free of charge; a query that would read something outside its
 * request's `reads` is refused as a job is. It has no way to start a job: all that it sends are dry runs of
 * SELECTs and reads of metadata. Throws BigQuery's error where a later call can succeed.
 */
export type EstimateQuery = (request: EstimateRequest) => Promise<QueryEstimate | RefusedEstimate>;

/** For each of its calls, in milliseconds. */
const longestCallMs = 10_000;

export const createEstimateQuery =
  (bigquery: BigQuery): EstimateQuery =>
  async (request) => {
    try {
      return await estimate(bigquery, request);
    } catch (error) {
      if (isRetryable(error)) throw error;
      const failure = classifyFailure(error);
      // A fault of ours, or an error that nobody knows, is for the log, and not for the tenant.
      if (failure.code === 'internal') throw error;
      const projectId = await bigquery.getProjectId().catch(() => undefined);
      const message = withoutInternals(failure.message, projectId);
      return {
        failure: { ...failure, message },
        ...(!(error instanceof KnownFailure) && { said: failure.message }),
      };
    }
  };

async function estimate(
  bigquery: BigQuery,
  request: EstimateRequest,
): Promise<QueryEstimate | RefusedEstimate> {
  const { work, reads } = request;
  const refused = reads === 'anything' ? undefined : judgeText(work.sql);
  if (refused !== undefined) return { failure: refused };
  const answer = await within(longestCallMs, 'BigQuery', dryRun(bigquery, request, work));
  const failure = reads === 'anything' ? undefined : await judgeAnswer(bigquery, reads, answer);
  if (failure !== undefined) return { failure };
  const merge = await prepareMerge(bigquery, { ...request, timeoutMs: longestCallMs });
  const own = readEstimate(answer);
  return merge?.table === undefined ? own : withMerged(own, merge.table);
}

/**
 * A merge is charged for what its query reads and for the table, or for those partitions of it that change. A dry run
 * of the MERGE itself would take the right to write.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/dml-syntax#on-demand-query-size-calculation
 */
const withMerged = (
  { bytesProcessed, accuracy, tables }: QueryEstimate,
  table: NonNullable<PreparedMerge['table']>,
): QueryEstimate => ({
  bytesProcessed: bytesProcessed + table.bytes,
  accuracy: table.isPartitioned && accuracy === 'PRECISE' ? 'UPPER_BOUND' : accuracy,
  tables: tables + 1,
});

const answerSchema = z.object({
  statistics: z.object({
    query: z.object({
      totalBytesProcessed: z.coerce.number(),
      totalBytesProcessedAccuracy: z.enum(estimateAccuracies).catch('UNKNOWN'),
      referencedTables: z.array(z.unknown()).default([]),
    }),
  }),
});

function readEstimate(answer: unknown): QueryEstimate {
  const { query } = answerSchema.parse(answer).statistics;
  return {
    bytesProcessed: query.totalBytesProcessed,
    accuracy: query.totalBytesProcessedAccuracy,
    tables: query.referencedTables.length,
  };
}
