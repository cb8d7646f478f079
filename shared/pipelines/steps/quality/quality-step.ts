import type { QualityStep } from '../../../definitions/schemas/pipeline-schema';
import type { QueryWork } from '../../../google/bigquery/jobs/job-request';
import type { RunInputs, StepAction, StepContext } from '../../execution';
import { byteLimitOfStep } from '../../rules/byte-limit';
import { toQueryParameters } from '../../rules/pipeline-parameters';
import { composeQualityQuery } from './quality-query';

/** Measures what the step's checks ask for, by one query. Its row is judged later. */
export function toQualityAction({ run, tools }: StepContext, step: QualityStep): StepAction {
  const work = toQualityWork(run, step);
  return { isJob: true, perform: (request, signal) => tools.runJob({ ...request, work }, signal) };
}

/** What a quality step has BigQuery do. */
export function toQualityWork(run: RunInputs, step: QualityStep): QueryWork {
  const query = composeQualityQuery(step);
  return {
    kind: 'query',
    sql: query.sql,
    parameters: [...toQueryParameters(run.definition.parameters, run.parameters), ...query.parameters],
    byteLimit: byteLimitOfStep(step.maximum_bytes_billed, run.byteLimit),
    wantsRows: true,
  };
}
