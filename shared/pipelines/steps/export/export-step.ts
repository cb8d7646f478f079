import type { ExportStep } from '../../../definitions/schemas/pipeline-schema';
import type { Failure } from '../../../google/bigquery/failures';
import { type JobOutcome, resultGone } from '../../../google/bigquery/jobs/job-outcome';
import type { ExtractWork, QueryWork } from '../../../google/bigquery/jobs/job-request';
import {
  type AttemptRequest,
  addUsage,
  type PreparedStep,
  type RunInputs,
  type StepContext,
} from '../../execution';
import { toExtractJobId } from '../../job-ids';
import { byteLimitOfStep } from '../../rules/byte-limit';
import { fillDestinationUri } from '../../rules/destination-uri';
import { toQueryParameters } from '../../rules/pipeline-parameters';
import type { TableName } from '../../rules/run-sources';

/**
 * Writes a table, or the result of a query, to files. Each attempt is an extract job, after a query job if
 * there is a query. Repeated, it overwrites the same files.
 */
export function toExportAction(context: StepContext, step: ExportStep): PreparedStep {
  const filled = fillDestinationUri(step.destination_uri, context.run);
  if ('problem' in filled) {
    const message = `Step '${step.id}' cannot write to ${step.destination_uri}: ${filled.problem}.`;
    return { error: { code: 'invalid_destination', message } };
  }
  const { runJob } = context.tools;
  const extract: Omit<ExtractWork, 'source'> = { kind: 'extract', destinationUri: filled.uri, step };
  const { table, sql } = step;
  if (sql === undefined) {
    const work = { ...extract, source: table ?? '' };
    return { isJob: true, perform: (request, signal) => runJob({ ...request, work }, signal) };
  }
  const query = toExportQueryWork(context.run, step, sql);
  return {
    isJob: true,
    perform: (request, signal) => exportResult(context, { request, query, extract }, signal),
  };
}

/** The query whose result an export step writes to files. */
export const toExportQueryWork = (run: RunInputs, step: ExportStep, sql: string): QueryWork => ({
  kind: 'query',
  sql,
  parameters: toQueryParameters(run.definition.parameters, run.parameters),
  byteLimit: byteLimitOfStep(step.maximum_bytes_billed, run.byteLimit),
  wantsResultTable: true,
});

interface ResultExport {
  /** Its id is the query's job; the extract's is made of it. */
  readonly request: AttemptRequest;
  readonly query: QueryWork;
  readonly extract: Omit<ExtractWork, 'source'>;
}

async function exportResult(
  { tools }: StepContext,
  { request, query, extract }: ResultExport,
  signal?: AbortSignal,
): Promise<JobOutcome> {
  const startedAt = tools.now().getTime();
  const queried = await tools.runJob({ ...request, work: query }, signal);
  if (queried.status !== 'completed') return queried;
  const { resultTable } = queried;
  if (resultTable === undefined) throw new Error(`Job ${request.jobId} names no table of its result`);

  const elapsed = tools.now().getTime() - startedAt;
  const extractRequest = {
    ...request,
    jobId: toExtractJobId(request.jobId),
    timeoutMs: Math.max(1, request.timeoutMs - elapsed),
    work: { ...extract, source: resultTable },
  };
  const extracted = await tools.runJob(extractRequest, signal);
  // The query was: its id is the step's.
  if (extracted.status === 'unknown') return { ...extracted, mayHaveStarted: true };
  const statistics = {
    ...addUsage(queried.statistics, extracted.statistics),
    startedAt: queried.statistics.startedAt,
    endedAt: extracted.statistics.endedAt,
  };
  if (extracted.status === 'failed' && isGone(extracted.failure, resultTable)) {
    // This attempt is given up: the next one runs the query again.
    return { ...extracted, statistics, failure: resultGone };
  }
  return { ...extracted, statistics };
}

/** Whether the result's table is missing, which BigQuery names, and not a bucket, for example. */
const isGone = ({ kind, message }: Failure, { datasetId, tableId }: TableName): boolean =>
  kind === 'not_found' && message.includes(`${datasetId}.${tableId}`);
