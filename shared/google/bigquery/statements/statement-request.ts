import { BigQuery } from '@google-cloud/bigquery';
import type {
  ParameterType,
  ParameterTypes,
  ScalarType,
  Statement,
  StatementParameter,
  StructType,
} from '../../../sql/define-statement';
import { traceLabel } from '../../../telemetry/context';

/** The values of a statement's parameters, by name. */
export type ParameterValues<Types extends ParameterTypes> = {
  readonly [Name in keyof Types]: StatementParameter<Types[Name]>;
};

/** A body of jobs.query, but for how long its answer may take. */
export type StatementRequest = Readonly<Record<string, unknown>>;

/**
 * What is sent for a statement. A single SELECT may be answered without a job, which is quicker; such a
 * request has to say where it runs.
 * https://cloud.google.com/bigquery/docs/running-queries#optional-job-creation
 */
export const toStatementRequest = <Types extends ParameterTypes, Row>(
  dataset: string,
  location: string,
  statement: Statement<Types, Row>,
  values: ParameterValues<Types>,
): StatementRequest => ({
  query: statement.sql,
  useLegacySql: false,
  parameterMode: 'NAMED',
  queryParameters: toQueryParameters(statement.parameters, values),
  defaultDataset: { datasetId: dataset },
  location,
  labels: { statement: statement.name, ...traceLabel() },
  ...(statement.form === 'select' && { jobCreationMode: 'JOB_CREATION_OPTIONAL' }),
  formatOptions: { useInt64Timestamp: true },
});

const toQueryParameters = (types: ParameterTypes, values: Readonly<Record<string, unknown>>) =>
  Object.entries(types).map(([name, type]) => ({
    ...BigQuery.valueToQueryParameter_(clientValue(type, values[name]), clientType(type)),
    name,
  }));

function clientType(type: ParameterType): NonNullable<Parameters<typeof BigQuery.valueToQueryParameter_>[1]> {
  if (typeof type === 'string') return type;
  if (!isArrayType(type)) return { ...type };
  const [element] = type;
  return typeof element === 'string' ? [element] : [{ ...element }];
}

/**
 * Dates and times in the client's own classes. Otherwise, when types are given, it silently sends NULL for a
 * DATE given as text and for a Date inside an array.
 */
function clientValue(type: ParameterType, value: unknown): unknown {
  if (type === 'DATE') return typeof value === 'string' ? BigQuery.date(value) : value;
  if (type === 'TIMESTAMP') return value instanceof Date ? BigQuery.timestamp(value) : value;
  if (typeof type === 'string' || typeof value !== 'object' || value === null) return value;
  if (isArrayType(type))
    return Array.isArray(value) ? value.map((item) => clientValue(type[0], item)) : value;
  return Object.fromEntries(
    Object.entries(type).map(([name, field]) => [name, clientValue(field, Reflect.get(value, name))]),
  );
}

const isArrayType = (type: ParameterType): type is readonly [ScalarType | StructType] => Array.isArray(type);
