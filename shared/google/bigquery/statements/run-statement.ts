import { BigQuery, type Query } from '@google-cloud/bigquery';
import { z } from 'zod';
import type {
  ParameterType,
  ParameterTypes,
  ScalarType,
  Statement,
  StatementParameter,
  StructType,
} from '../../../sql/define-statement';
import { within } from '../../../support/time-limits';
import { traceLabel } from '../../../telemetry/context';
import { inSpan } from '../../../telemetry/telemetry';

export interface StatementOutcome<Row> {
  readonly rows: readonly Row[];
  /** Rows that a single INSERT, UPDATE, DELETE or MERGE changed. 0 for scripts, which do not report it. */
  readonly affectedRows: number;
  /** Where it ran, which is where its dataset is; undefined if BigQuery did not say. */
  readonly location: string | undefined;
}

/**
 * Runs a statement in a dataset: one BigQuery request. Throws BigQuery's own error, or a ZodError if a row
 * does not match the statement's schema. It waits `timeoutMs` (a minute by default) for the answer, and then
 * throws what counts as a broken connection: whether the statement took effect is not known then.
 */
export type RunStatement = <Types extends ParameterTypes, Row>(
  dataset: string,
  statement: Statement<Types, Row>,
  parameters: { readonly [Name in keyof Types]: StatementParameter<Types[Name]> },
  options?: { readonly timeoutMs: number },
) => Promise<StatementOutcome<Row>>;

const longestWaitMs = 60_000;
const rowsSchema = z.array(z.unknown());
const responseSchema = z.object({
  numDmlAffectedRows: z.coerce.number().default(0),
  jobReference: z.object({ location: z.string().optional() }).default({}),
});

export const createRunStatement =
  (bigquery: BigQuery): RunStatement =>
  (dataset, statement, parameters, { timeoutMs } = { timeoutMs: longestWaitMs }) =>
    inSpan(
      statement.name,
      'client',
      { 'db.system.name': 'gcp.bigquery', 'db.namespace': dataset },
      async () => {
        const request = bigquery.query({
          query: statement.sql,
          params: clientValues(statement.parameters, parameters),
          types: clientTypes(statement.parameters),
          defaultDataset: { datasetId: dataset },
          labels: { statement: statement.name, ...traceLabel() },
        });
        // The client answers [rows, next query, response]; its types know only of the first two.
        const [rows, , response]: readonly unknown[] = await within(timeoutMs, 'BigQuery', request);
        const { numDmlAffectedRows, jobReference } = responseSchema.parse(response ?? {});
        return {
          rows: rowsSchema.parse(rows).map((row) => statement.row.parse(row)),
          affectedRows: numDmlAffectedRows,
          location: jobReference.location,
        };
      },
    );

const clientValues = (
  types: ParameterTypes,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> =>
  Object.fromEntries(Object.entries(types).map(([name, type]) => [name, clientValue(type, values[name])]));

const clientTypes = (types: ParameterTypes): Query['types'] =>
  Object.fromEntries(Object.entries(types).map(([name, type]) => [name, clientType(type)]));

function clientType(type: ParameterType) {
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
