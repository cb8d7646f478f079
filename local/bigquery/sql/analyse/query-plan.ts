import type { Field, TableReference } from '../../model';
import type { SqlText } from '../parse/sql-text';
import { type LocalTable, type Scope, tableKey } from '../scope';
import type { ColumnBound } from './conditions/bounds';
import type { ColumnCondition } from './conditions/filters';
import type { DirectQuery } from './direct-query';

/** A table as one query reads it. */
export interface PlannedTable {
  /** Its name in the query that the engine evaluates. */
  readonly name: string;
  readonly reference: TableReference | undefined;
  readonly fullName: string;
  readonly schema: readonly Field[];
  /** The columns that the query uses, by place. Any other column that is sent holds nulls. */
  readonly columns: ReadonlySet<number>;
  /** The places of the columns that the engine sees. */
  readonly sent: readonly number[];
  readonly withRowColumn: boolean;
  readonly valueTable: boolean;
  /** Whether the query may be evaluated on parts of this table, one after the other. */
  readonly divisible: boolean;
  /** A row matters only if it meets one of these alternatives; undefined where all rows matter. */
  readonly alternatives: readonly (readonly ColumnCondition[])[] | undefined;
  /** By the place of a column of arrays: an element matters only if it meets one of these alternatives, on its fields. */
  readonly elements: ReadonlyMap<number, readonly (readonly ColumnCondition[])[]>;
  /** For each of the query's reads of this table, what bounds its columns of time. */
  readonly bounds: readonly (readonly ColumnBound[])[];
}

/** An analysed query with everything that is the same each time it runs. */
export interface QueryPlan {
  /**
   * The part of the engine's request that never changes, in wire format. One plan over tables of several datasets has
   * one: what is known of it is kept by this.
   */
  readonly request: Buffer;
  readonly text: SqlText;
  /** What the plan was made of, but for what belongs to one scope. */
  readonly source: Pick<QuerySource, 'text' | 'locals' | 'columnTypes'>;
  /** As of when it reads tables, where it says so. */
  readonly systemTimes: readonly { readonly fullName: string; readonly expression: SqlText }[];
  /** What it asks for, if that needs no engine. */
  readonly direct: DirectQuery | undefined;
  /** Whether it has queries inside expressions that read tables, or looks for values in arrays. */
  readonly mayRepeat: boolean;
  readonly tables: readonly PlannedTable[];
  readonly output: readonly Field[];
  readonly valueTable: boolean;
  /** Where in the query's own text it reads tables. */
  readonly reads: readonly { readonly fullName: string; readonly start: number }[];
  /** The engine's names of all aggregate functions in it. */
  readonly aggregates: readonly string[];
  /** Whether the same rows may give another result next time, apart from the clock. */
  readonly isVolatile: boolean;
  /** The same query with parameters in place of tables; undefined where that could mean something else. */
  readonly overParameters: { readonly sql: string; readonly options: object } | undefined;
}

/** A plan, and the tables that it was made for. */
export interface KnownPlan {
  readonly plan: QueryPlan;
  readonly tables: readonly Pick<PlannedTable, 'fullName' | 'reference'>[];
}

/** What a plan is made of. */
export interface QuerySource {
  readonly text: SqlText;
  readonly scope: Scope;
  readonly locals?: readonly LocalTable[] | undefined;
  /** The table that shows its hidden row column. */
  readonly target?: TableReference;
  /** Whether it is a caller's own text, which is held to BigQuery's rules, and not one that was made of it. */
  readonly isWritten?: boolean | undefined;
  /** The types that the query's columns are wanted in. */
  readonly columnTypes?: readonly Field[] | undefined;
}

/** The columns that the engine sees of a table. */
export function sentFields({ schema, sent }: PlannedTable): readonly Field[] {
  return sent.flatMap((index) => schema[index] ?? []);
}

/** The stored tables that plans read, each once. */
export function referencedTables(plans: readonly QueryPlan[]): readonly TableReference[] {
  return distinctTables(plans.flatMap(({ tables }) => tables.flatMap(({ reference }) => reference ?? [])));
}

/** Each table once, where it comes first. */
export function distinctTables(references: readonly TableReference[]): readonly TableReference[] {
  const found = new Map<string, TableReference>();
  for (const reference of references) {
    const key = tableKey(reference);
    if (!found.has(key)) found.set(key, reference);
  }
  return [...found.values()];
}
