import type { QueryDestination, QueryStep } from '../../../definitions/schemas/pipeline-schema';
import type { QueryWork } from '../../../google/bigquery/jobs/job-request';
import type { RunInputs, StepAction, StepContext } from '../../execution';
import { byteLimitOfStep } from '../../rules/byte-limit';
import { toQueryParameters } from '../../rules/pipeline-parameters';
import { toTable } from '../destination-table';

/** Runs a query, and writes or merges its rows into a table if the step has a destination. One job. */
export function toQueryAction({ run, tools }: StepContext, step: QueryStep): StepAction {
  const work = toQueryWork(run, step);
  return { isJob: true, perform: (request, signal) => tools.runJob({ ...request, work }, signal) };
}

/** What a query step has BigQuery do. */
export const toQueryWork = (run: RunInputs, step: QueryStep): QueryWork => ({
  kind: 'query',
  sql: step.sql,
  parameters: toQueryParameters(run.definition.parameters, run.parameters),
  ...toTarget(run, step.destination),
  byteLimit: byteLimitOfStep(step.maximum_bytes_billed, run.byteLimit),
});

function toTarget(
  run: RunInputs,
  destination: QueryDestination | undefined,
): Pick<QueryWork, 'destination' | 'merge'> {
  if (destination === undefined) return {};
  const { write_disposition, merge_keys = [], partition, ...table } = destination;
  if (write_disposition === 'MERGE') return { merge: { ...table, keys: merge_keys } };
  return { destination: toTable(run, { ...table, partition, write_disposition }) };
}
