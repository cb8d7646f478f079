import type { Step } from '../../definitions/schemas/pipeline-schema';
import type { Failure } from '../../google/bigquery/failures';
import type { EstimateQuery, RefusedEstimate } from '../../google/bigquery/jobs/estimate-query';
import type { QueryWork } from '../../google/bigquery/jobs/job-request';
import type { RunInputs } from '../execution';
import { describeDenial } from '../judge-attempt';
import { billedBytes } from '../rules/billed-bytes';
import { plainTablesIn } from '../rules/final-tables';
import type { RunSources } from '../rules/run-sources';
import { findTablesBefore, stepsBefore, type TableBefore } from '../rules/tables-before';
import { notKnown, type StepPlan, wouldFail } from './step-plan';

/** A step's query. */
export interface QueryToPlan {
  readonly stepId: string;
  readonly work: QueryWork;
  readonly reads: RunSources | 'anything';
}

/**
 * What a query would read and be billed for. Where steps before it write to tables that it reads, the estimate is by
 * these tables as they are now; if one is missing, or has other columns than it will have, nothing is known.
 */
export async function planStepQuery(
  run: RunInputs,
  { stepId, work, reads }: QueryToPlan,
  estimateQuery: EstimateQuery,
): Promise<StepPlan> {
  const { steps } = run.definition;
  const before = findTablesBefore(steps, stepsBefore(steps, stepId), plainTablesIn(work.sql));
  const readsTablesOf = [...new Set(before.flatMap(({ madeBy }) => madeBy))];
  const { byteLimit } = work;
  const common = { readsTablesOf, byteLimit };
  const { datasetId, location } = run;
  const estimate = await estimateQuery({ datasetId, location, reads, work });
  if ('failure' in estimate) {
    const step = steps.find(({ id }) => id === stepId);
    return { ...planOfRefused(step, estimate, before), ...common };
  }
  const { bytesProcessed, accuracy, tables } = estimate;
  const bytesBilled = billedBytes(bytesProcessed, tables);
  const known = { ...common, bytesProcessed, bytesBilled, accuracy, warnings: before.map(asOfNow) };
  if (byteLimit === undefined || bytesBilled <= byteLimit.bytes) {
    return { ...known, status: 'ESTIMATED' };
  }
  const message = `It would be billed for ${bytesBilled} bytes, expected at most ${byteLimit.bytes}. The limit is that of ${byteLimit.source}.`;
  return wouldFail({ code: 'bytes_limit_exceeded', message }, known);
}

const asOfNow = ({ table, madeBy }: TableBefore): string =>
  `Estimated by table ${table} as it is now: ${listed(madeBy)} to it before.`;

const listed = (ids: readonly string[]): string =>
  ids.length === 1 ? `step '${ids[0]}' writes` : `steps ${ids.map((id) => `'${id}'`).join(', ')} write`;

function planOfRefused(
  step: Step | undefined,
  { failure, said }: RefusedEstimate,
  before: readonly TableBefore[],
): StepPlan {
  const missing = before.find(({ table }) => isMissing(failure, table));
  if (missing !== undefined) {
    const message = `Not known before ${madeBy(missing)} run: table ${missing.table} is not there yet.`;
    return notKnown({ code: 'not_yet_known', message });
  }
  const [first] = before;
  if (failure.code === 'invalid_query' && first !== undefined) {
    const message = `Not known before ${madeBy(first)} run. By the tables as they are now: ${failure.message}`;
    return notKnown({ code: 'not_yet_known', message });
  }
  if (failure.code !== 'access_denied' || said === undefined) {
    return wouldFail({ code: failure.code, message: failure.message });
  }
  // Runs are executed with another account than this.
  const denial = step === undefined ? '' : ` ${describeDenial(step, said)}`;
  const message = `A dry run may not read what it reads; runs may.${denial}`;
  return notKnown({ code: failure.code, message });
}

const madeBy = ({ madeBy: ids }: TableBefore): string =>
  ids.length === 1 ? `step '${ids[0]}' has` : `steps ${ids.map((id) => `'${id}'`).join(', ')} have`;

/** Whether BigQuery did not find this table: `dataset.table`. */
const isMissing = ({ kind, message }: Failure, table: string): boolean =>
  kind === 'not_found' && new RegExp(`[.:\`]${table}(?![\\w-])`, 'i').test(message);
