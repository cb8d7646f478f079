import type { z } from 'zod';
import { formOf, type StatementForm } from './statement-form';

export type ScalarType = 'STRING' | 'INT64' | 'BOOL' | 'DATE' | 'TIMESTAMP';
export type StructType = { readonly [field: string]: ScalarType };

/**
 * BigQuery's name of a query parameter's type: a scalar, an object for a STRUCT, or `[T]` for an array of T.
 */
export type ParameterType = ScalarType | StructType | readonly [ScalarType | StructType];

/** The JavaScript value of a parameter of type T. Scalars may be null; arrays and structs may not. */
export type StatementParameter<T> = T extends 'STRING' | 'DATE'
  ? string | null
  : T extends 'INT64'
    ? number | null
    : T extends 'BOOL'
      ? boolean | null
      : T extends 'TIMESTAMP'
        ? Date | null
        : T extends readonly [infer Element]
          ? readonly StatementParameter<Element>[]
          : { readonly [Field in keyof T]: StatementParameter<T[Field]> };

export type ParameterTypes = { readonly [name: string]: ParameterType };

/**
 * One BigQuery request: its SQL, its named parameters and the schema of the rows that come back. Table names
 * in it are unqualified, so they are the tenant's. `name` is what logs, spans and job labels call it.
 */
export interface Statement<Types extends ParameterTypes, Row> {
  readonly name: string;
  readonly sql: string;
  readonly parameters: Types;
  readonly row: z.ZodType<Row>;
  /** What its answer has to look like. */
  readonly form: StatementForm;
}

/**
 * Keeps the literal types of `parameters`, from which the types of their values follow. Throws where no form
 * of a statement can be told from the text.
 */
export const defineStatement = <const Types extends ParameterTypes, Row>(
  statement: Omit<Statement<Types, Row>, 'form'>,
): Statement<Types, Row> => ({ ...statement, form: formOf(statement.sql) });

/** The values of a statement's parameters. */
export type StatementParameters<S> =
  S extends Statement<infer Types, unknown>
    ? { readonly [Name in keyof Types]: StatementParameter<Types[Name]> }
    : never;
