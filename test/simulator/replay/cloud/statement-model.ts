import type { ParameterValues } from '../../../../shared/google/bigquery/statements/statement-request';
import type {
  ParameterType,
  ParameterTypes,
  ScalarType,
  Statement,
  StructType,
} from '../../../../shared/sql/define-statement';
import type { Tables } from './tables';

/**
 * What a statement does to a tenant's tables, in plain code. A script has both parts, and other statements may
 * come between them.
 */
export interface StatementModel {
  readonly name: string;
  /** Its UPDATE, INSERT or DELETE. Resolves to the number of affected rows. */
  readonly change?: ((tables: Tables, parameters: unknown, at: Date) => number) | undefined;
  /** Its SELECT: rows as BigQuery's client gives them. */
  readonly read?: ((tables: Tables, parameters: unknown) => readonly unknown[]) | undefined;
}

/** @param parts `at` is what CURRENT_TIMESTAMP() says */
export const modelOf = <Types extends ParameterTypes, Row>(
  statement: Statement<Types, Row>,
  parts: {
    readonly change?: (tables: Tables, parameters: ParameterValues<Types>, at: Date) => number;
    readonly read?: (tables: Tables, parameters: ParameterValues<Types>) => readonly unknown[];
  },
): StatementModel => {
  const { change, read } = parts;
  const checked = (parameters: unknown): ParameterValues<Types> => {
    if (isValuesOf(statement.parameters, parameters)) return parameters;
    throw new Error(`${statement.name}: parameters of other types than the statement's`);
  };
  return {
    name: statement.name,
    change: change && ((tables, parameters, at) => change(tables, checked(parameters), at)),
    read: read && ((tables, parameters) => read(tables, checked(parameters))),
  };
};

/** A TIMESTAMP as the client gives it. */
export const cellOf = (time: Date | null) => (time === null ? null : { value: time.toISOString() });
/** A DATE as the client gives it. */
export const dateCellOf = (date: string) => ({ value: date });

function isValuesOf<Types extends ParameterTypes>(
  types: Types,
  values: unknown,
): values is ParameterValues<Types> {
  if (typeof values !== 'object' || values === null) return false;
  return Object.entries(types).every(([name, type]) => isValueOf(type, Reflect.get(values, name)));
}

function isValueOf(type: ParameterType, value: unknown): boolean {
  if (isArrayType(type)) return Array.isArray(value) && value.every((item) => isValueOf(type[0], item));
  if (typeof type === 'object') return isValuesOf(type, value);
  if (value === null) return true;
  if (type === 'INT64') return typeof value === 'number';
  if (type === 'BOOL') return typeof value === 'boolean';
  return type === 'TIMESTAMP' ? value instanceof Date : typeof value === 'string';
}

const isArrayType = (type: ParameterType): type is readonly [ScalarType | StructType] => Array.isArray(type);
