import type { QualityStep } from '../../../definitions/schemas/pipeline-schema';
import type { QueryWork } from '../../../google/bigquery/jobs/job-request';
import type { StepAction, StepContext } from '../../execution';
import { byteLimitOfStep } from '../../rules/byte-limit';
import { toQueryParameters } from '../../rules/pipeline-parameters';
import { composeQualityQuery } from './quality-query';

/** Measures what the step's checks ask for, by one query. Its row is judged later. */
export function toQualityAction({ run, tools }: StepContext, step: QualityStep): StepAction {
  const query = composeQualityQuery(step);
  const work: QueryWork = {
    kind: 'query',
    sql: query.sql,
    parameters: [...toQueryParameters(run.definition.parameters, run.parameters), ...query.parameters],
    byteLimit: byteLimitOfStep(step.maximum_bytes_billed, run.byteLimit),
    wantsRows: true,
  };
  return { isJob: true, perform: (request, signal) => tools.runJob({ ...request, work }, signal) };
}
