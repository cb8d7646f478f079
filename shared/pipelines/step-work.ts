import type {
  LoadStep,
  PartitionDestination,
  QualityStep,
  QueryDestination,
  QueryStep,
} from '../definitions/schemas/pipeline-schema';
import type { LoadWork, PartitionedTable, QueryWork } from '../google/bigquery/jobs/run-job';
import type { RunToExecute, StepError } from './execution';
import { withTenant } from './rules/allowed-sources';
import { byteLimitOfStep } from './rules/byte-limit';
import { partitionIdOf } from './rules/partition';
import { toQueryParameters } from './rules/pipeline-parameters';
import { composeQualityQuery } from './steps/quality/quality-query';

export type Work = QueryWork | LoadWork;
export type StepWork = { readonly work: Work } | { readonly error: StepError };

/** The steps that are one BigQuery job. */
export type JobStep = QueryStep | LoadStep | QualityStep;

/** What BigQuery is asked to do for a step of a run, or why it cannot be asked. */
export function toStepWork(run: RunToExecute, step: JobStep): StepWork {
  const parameters = toQueryParameters(run.definition.parameters, run.parameters);
  switch (step.type) {
    case 'query':
      return {
        work: {
          kind: 'query',
          sql: step.sql,
          parameters,
          ...toTarget(run, step.destination),
          byteLimit: byteLimitOfStep(step.maximum_bytes_billed, run.byteLimit),
        },
      };
    case 'load':
      return toLoadWork(run, step);
    case 'quality': {
      const query = composeQualityQuery(step);
      return {
        work: {
          kind: 'query',
          sql: query.sql,
          parameters: [...parameters, ...query.parameters],
          byteLimit: byteLimitOfStep(step.maximum_bytes_billed, run.byteLimit),
          wantsRows: true,
        },
      };
    }
  }
}

/** Where a query's rows go. */
function toTarget(
  run: RunToExecute,
  destination: QueryDestination | undefined,
): Pick<QueryWork, 'destination' | 'merge'> {
  if (destination === undefined) return {};
  const { write_disposition, merge_keys = [], partition, ...table } = destination;
  if (write_disposition === 'MERGE') return { merge: { ...table, keys: merge_keys } };
  return { destination: toTable(run, { ...table, partition, write_disposition }) };
}

/** The table, or the partition of it that the run's parameters name. */
export function toTable(run: RunToExecute, destination: PartitionDestination): PartitionedTable {
  const { partition, ...table } = destination;
  if (partition === undefined || table.time_partitioning === undefined) return table;
  const value = String(run.parameters[partition]);
  return { ...table, partitionId: partitionIdOf(table.time_partitioning.type, value) };
}

function toLoadWork(run: RunToExecute, step: LoadStep): StepWork {
  const destination = toTable(run, step.destination);
  const name = step.source_uri_parameter;
  if (name === undefined) {
    const sourceUris = (step.source_uris ?? []).map((uri) => withTenant(uri, run.tenantId));
    return { work: { kind: 'load', sourceUris, urisFrom: 'definition', step, destination } };
  }
  const value = run.parameters[name];
  if (typeof value === 'string' && /^gs:\/\/[^/]+\/.+$/.test(value)) {
    return { work: { kind: 'load', sourceUris: [value], urisFrom: 'caller', step, destination } };
  }
  const message = `Parameter '${name}' must be a URI like gs://bucket/path; given ${JSON.stringify(value ?? null)}.`;
  return { error: { code: 'invalid_source', message } };
}

/** The same for every execution of the run: a redelivered run finds the jobs that the first one started. */
export function toJobId(runId: string, stepId: string, attempt: number): string {
  return `tp_${runId.replace(/[^A-Za-z0-9_-]/g, '-')}_${stepId}_${attempt}`;
}

/** Of the job that writes a query's result to files, after the query's own. */
export const toExtractJobId = (queryJobId: string): string => `${queryJobId}_extract`;
