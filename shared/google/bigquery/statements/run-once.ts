import type { BigQuery } from '@google-cloud/bigquery';
import type { NamedQueryParameter } from '../../../pipelines/rules/pipeline-parameters';
import type { ParameterTypes, Statement, StatementParameter } from '../../../sql/define-statement';
import { type Failure, isPassing } from '../failures';
import { createRunJob } from '../jobs/run-job';

/**
 * Runs a statement (with scalar parameters only) as a job that `id` names: whoever runs it under the same id,
 * at the same time or later, waits for the one job. Throws if it failed, or if that is not known.
 */
export type RunOnce = <Types extends ParameterTypes, Row>(
  dataset: string,
  id: string,
  statement: Statement<Types, Row>,
  parameters: { readonly [Name in keyof Types]: StatementParameter<Types[Name]> },
) => Promise<void>;

/** A failed job had no effect, and its id is used up: each attempt has an id of its own. */
const attempts = 5;
const timeoutMs = 60_000;

export function createRunOnce(bigquery: BigQuery): RunOnce {
  const runJob = createRunJob(bigquery);
  return async (dataset, id, statement, parameters) => {
    for (let attempt = 1; ; attempt++) {
      const outcome = await runJob({
        jobId: `${id}_${attempt}`,
        datasetId: dataset,
        timeoutMs,
        labels: { statement: statement.name },
        reads: 'anything',
        work: {
          kind: 'query',
          sql: statement.sql,
          parameters: restParameters(statement.parameters, parameters),
        },
      });
      if (outcome.status === 'completed') return;
      const mayRepeat = outcome.status === 'failed' && isPassing(outcome.failure) && attempt < attempts;
      if (!mayRepeat) throw errorOf(outcome.failure);
    }
  };
}

/** Like an error of Google's client, so that it is classified alike. */
const errorOf = (failure: Failure): Error =>
  Object.assign(new Error(failure.message), {
    code: isPassing(failure) ? 503 : 400,
    errors: [{ reason: failure.reason, message: failure.message }],
  });

const restParameters = (
  types: ParameterTypes,
  values: Readonly<Record<string, unknown>>,
): readonly NamedQueryParameter[] =>
  Object.entries(types).map(([name, type]) => {
    if (typeof type !== 'string') throw new Error(`Parameter ${name}: expected a scalar type`);
    const value = values[name] ?? null;
    const text = value instanceof Date ? value.toISOString() : String(value);
    return { name, parameterType: { type }, parameterValue: value === null ? {} : { value: text } };
  });
