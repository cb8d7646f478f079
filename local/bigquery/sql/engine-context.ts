import type { Field, Row, StatementGate, TableOptions, TableReference } from '../model';
import type { KnownPlan } from './analyse/query-plan';
import type { Dialect } from './engine/dialect';
import type { EngineClient } from './engine/engine-client';
import type { ParsedStatement, Parser } from './parse/parser';
import type { SqlText } from './parse/sql-text';
import type { Scope } from './scope';

/** What all statements share: the engine, the dialect, and what has been analysed before. */
export interface EngineContext {
  readonly client: EngineClient;
  readonly dialect: Dialect;
  readonly parser: Parser;
  readonly plans: (key: string, make: () => Promise<KnownPlan>) => Promise<KnownPlan>;
  readonly checks: (key: string, make: () => Promise<void>) => Promise<void>;
  readonly gate: StatementGate | undefined;
  /** Writes rows to files; absent where there are none. */
  readonly exportRows?: ExportRows | undefined;
  /** Reads files into a table; absent where there are none. */
  readonly loadFiles?: LoadFiles | undefined;
  /** Throws what the statement's work was stopped with, if it was. */
  readonly throwIfStopped?: () => void;
  /** From how many rows on queries inside expressions are evaluated as joins; undefined: from where it is worth it. */
  readonly lighterFrom?: number | undefined;
}

/** Where and how EXPORT DATA writes rows. */
export interface ExportOptions {
  readonly uri: string;
  readonly format: 'CSV' | 'NEWLINE_DELIMITED_JSON';
  readonly printHeader: boolean;
  readonly compression?: string;
  readonly fieldDelimiter?: string;
}

/** Which files LOAD DATA reads into a table, and how. */
export interface LoadOptions extends TableOptions {
  readonly uris: readonly string[];
  /** As load jobs call it. */
  readonly format: string;
  /** Further members of a load job's configuration. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The table's columns; undefined: those that it has. */
  readonly schema: readonly Field[] | undefined;
  readonly isReplacing: boolean;
}

export type LoadFiles = (table: TableReference, options: LoadOptions) => Promise<unknown>;

export type ExportRows = (
  table: { readonly schema: readonly Field[]; readonly rows: readonly Row[] },
  options: ExportOptions,
) => Promise<unknown>;

/** One statement on its way: its text, what it sees, and whether it only is to be analysed. */
export interface StatementRun {
  readonly context: EngineContext;
  readonly scope: Scope;
  /** The whole text; spans of the statement's nodes count from its start. */
  readonly script: SqlText;
  readonly statement: ParsedStatement;
  /** In a dry run nothing is evaluated and no table changes. */
  readonly dry: boolean;
}
