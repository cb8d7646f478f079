import type { LoadStep } from '../../../definitions/schemas/pipeline-schema';
import type { JobOutcome } from '../../../google/bigquery/jobs/job-outcome';
import type { LoadWork } from '../../../google/bigquery/jobs/job-request';
import type { ExecutionTools, PreparedStep, RunToExecute, StepContext } from '../../execution';
import { describeFormat } from '../../rules/known-formats';
import { toTable } from '../destination-table';
import { checkHeaders, misfit } from './check-headers';
import { findLoadSource } from './load-source';

/** Loads files into a table: one job. The definition names the files, or a parameter does. */
export function toLoadAction({ run, tools }: StepContext, step: LoadStep): PreparedStep {
  const source = findLoadSource(run, step);
  if ('error' in source) return source;
  const work: LoadWork = { kind: 'load', ...source, step, destination: toTable(run, step.destination) };
  const { readFileStarts } = tools;
  return {
    isJob: true,
    perform: async (request, signal) => {
      if (step.format === 'PARQUET') {
        const outcome = await tools.runJob({ ...request, work }, signal);
        const fileFormat = await formatOfTable(tools, run, step, outcome);
        return outcome.status === 'completed' ? { ...outcome, files: { fileFormat } } : outcome;
      }
      if (readFileStarts === undefined) return await tools.runJob({ ...request, work }, signal);
      const until = signal ?? new AbortController().signal;
      const { problem, ...files } = await checkHeaders(readFileStarts, request.reads, work, until);
      // The files may be others by now: what was done before they changed stands.
      const attachOnly = request.attachOnly === true || problem !== undefined;
      const outcome = await tools.runJob({ ...request, attachOnly, work }, signal);
      if (outcome.status !== 'unknown') return { ...outcome, files };
      const isAbsent = !outcome.mayHaveStarted && outcome.failure.kind === 'not_found';
      return problem !== undefined && isAbsent ? misfit(problem) : outcome;
    },
  };
}

/**
 * What Parquet files look like by the columns of the table that was made of them. Nothing is said where the
 * table has columns of its own, or cannot be looked at.
 */
async function formatOfTable(
  { readColumns }: ExecutionTools,
  { datasetId }: RunToExecute,
  { known_formats, schema, destination }: LoadStep,
  { status }: JobOutcome,
): Promise<string | undefined> {
  const isOfFiles = schema === undefined && destination.write_disposition === 'WRITE_TRUNCATE';
  if (status !== 'completed' || known_formats === undefined || !isOfFiles) return undefined;
  const columns = await readColumns?.(datasetId, destination.table).catch(() => undefined);
  return columns && describeFormat(columns, known_formats);
}
