import type { QueryParameter } from './query-parameters';
import type { StatementType } from './statement-types';

/**
 * How the local BigQuery holds data, between its store, its SQL engine and its REST interface.
 *
 * A cell is what BigQuery's REST interface calls the value of a field, without its `{"v": …}` wrapping, so
 * that a row is written to disk and sent to a client as it is held. By type:
 *
 *   STRING, JSON        the text                           BOOLEAN    "true" | "false"
 *   INTEGER             decimal digits                     FLOAT      "1.5", "1.0", "NaN", "Infinity", "-Infinity"
 *   NUMERIC, BIGNUMERIC canonical decimal: "1.25", "-3"    BYTES      base64
 *   DATE                "2024-09-01"                       TIME       "10:11:12" or "10:11:12.500000"
 *   DATETIME            "2024-09-01T10:11:12[.ffffff]"     TIMESTAMP  microseconds since 1970 UTC, decimal digits,
 *                                                                     with picoseconds behind a point where there are
 *   RANGE               "[start, end)" with the cells of both, or UNBOUNDED
 *   RECORD              the cells of its fields, in order  any REPEATED field: an array of such cells, never null
 */
export type Cell = string | null | readonly Cell[];
export type Row = readonly Cell[];

/**
 * The type names of the REST interface's table schema (INT64 and the like are accepted and turned into
 * these).
 */
export type FieldType =
  | 'STRING'
  | 'BYTES'
  | 'INTEGER'
  | 'FLOAT'
  | 'BOOLEAN'
  | 'NUMERIC'
  | 'BIGNUMERIC'
  | 'DATE'
  | 'DATETIME'
  | 'TIME'
  | 'TIMESTAMP'
  | 'JSON'
  | 'GEOGRAPHY'
  | 'INTERVAL'
  | 'RANGE'
  | 'RECORD';

export type FieldMode = 'NULLABLE' | 'REQUIRED' | 'REPEATED';

/** What a RANGE may be a range of. */
export type RangeElement = 'DATE' | 'DATETIME' | 'TIMESTAMP';

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly mode: FieldMode;
  /** Whoever made the table left the mode out, and so do answers. */
  readonly leavesModeOut?: true;
  /** The fields of a RECORD. */
  readonly fields?: readonly Field[];
  readonly description?: string;
  /**
   * Of NUMERIC(precision, scale), STRING(maxLength) and BYTES(maxLength): decimal digits, as REST sends them.
   */
  readonly precision?: string;
  readonly scale?: string;
  readonly maxLength?: string;
  readonly defaultValueExpression?: string;
  /** Of a RANGE: what it is a range of. */
  readonly rangeElementType?: { readonly type: RangeElement };
  /** Of a TIMESTAMP: 12 for one with picoseconds; absent or 6 for one with microseconds. */
  readonly timestampPrecision?: string;
}

export interface DatasetReference {
  readonly projectId: string;
  readonly datasetId: string;
}

export interface TableReference extends DatasetReference {
  readonly tableId: string;
}

/** One committed state of a table. Never changed in place: a new state is a new object. */
export interface TableSnapshot {
  readonly reference: TableReference;
  readonly schema: readonly Field[];
  readonly rows: readonly Row[];
  /** Present where the table is partitioned by a column of time, and the store keeps its rows so. */
  readonly partitions?: TimePartitions | undefined;
  /** What the table is besides; absent where the store does not say. */
  readonly options?: TableOptions;
  /** Milliseconds since 1970. */
  readonly creationTime?: number;
  readonly modifiedTime?: number;
}

export type PartitionUnit = 'HOUR' | 'DAY' | 'MONTH' | 'YEAR';

/** The rows of a table by the hour, day, month or year in UTC that they lie in. */
export interface TimePartitions {
  /** The place of the partitioning column. */
  readonly column: number;
  readonly unit: PartitionUnit;
  /**
   * The rows of partitions by their ids (`20240901` of a day), in the table's order, and their places in it.
   * https://cloud.google.com/bigquery/docs/managing-partitioned-table-data#partition_ids
   */
  select(isWanted: (partition: string) => boolean): {
    readonly rows: readonly Row[];
    readonly places: readonly number[];
  };
}

/** What a table is besides its rows, in the REST interface's own words. */
export interface TableOptions {
  readonly description?: string;
  readonly friendlyName?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly timePartitioning?: Readonly<{ type: string; field?: string; expirationMs?: string }>;
  readonly rangePartitioning?: Readonly<{
    field: string;
    range: { start: string; end: string; interval: string };
  }>;
  readonly clustering?: Readonly<{ fields: readonly string[] }>;
  /** Milliseconds since 1970, decimal digits. */
  readonly expirationTime?: string;
  readonly requirePartitionFilter?: boolean;
  /** Of a view: its query, in whose place it stands. It has no rows of its own. */
  readonly view?: Readonly<{ query: string; useLegacySql?: boolean | undefined }>;
  /** Of a materialised view, which is evaluated whenever it is read. */
  readonly materializedView?: Readonly<{
    query: string;
    enableRefresh?: boolean;
    refreshIntervalMs?: string;
  }>;
  /** Of a snapshot: of what, and when it was taken. Its rows do not change. */
  readonly snapshotDefinition?: Readonly<{ baseTableReference: TableReference; snapshotTime: string }>;
  /** Of a function or procedure, which is kept as a table that nobody sees: the statement that made it. */
  readonly routine?: Readonly<{ kind: RoutineKind; definition: string }>;
  /** Keys, which are kept and answered, but not enforced. */
  readonly tableConstraints?: TableConstraints;
}

export type RoutineKind = 'FUNCTION' | 'TABLE_FUNCTION' | 'PROCEDURE';

/** Keys of a table, as REST names them. */
export interface TableConstraints {
  readonly primaryKey?: Readonly<{ columns: readonly string[] }> | undefined;
  readonly foreignKeys?: readonly ForeignKey[] | undefined;
}

export interface ForeignKey {
  readonly name?: string | undefined;
  readonly referencedTable: TableReference;
  readonly columnReferences: readonly Readonly<{ referencingColumn: string; referencedColumn: string }>[];
}

/** What a statement wants done to one table. */
export type TableChange =
  /** Rows after the ones that are there. With a schema, which is wider than the table's, it is the table's from now on. */
  | { readonly kind: 'append'; readonly rows: readonly Row[]; readonly schema?: readonly Field[] }
  /** These rows in place of all that are there; a schema as for `append`. */
  | { readonly kind: 'replace'; readonly rows: readonly Row[]; readonly schema?: readonly Field[] }
  /** A new table with schema and rows, in place of one that is there. */
  | {
      readonly kind: 'create';
      readonly schema: readonly Field[];
      readonly rows: readonly Row[];
      readonly options: TableOptions;
    }
  /**
   * Columns added after the existing ones; existing rows get null (or []) in them. With rows: other columns, and the
   * rows that they have then.
   */
  | {
      readonly kind: 'alter';
      readonly schema: readonly Field[];
      readonly options?: TableOptions;
      readonly rows?: readonly Row[];
    }
  | { readonly kind: 'drop' };

/** A dataset, as INFORMATION_SCHEMA shows it. Times are milliseconds since 1970. */
export interface DatasetDescription {
  readonly datasetId: string;
  readonly location: string;
  readonly creationTime: number;
}

/** What OPTIONS say of a dataset, in the REST interface's own words. */
export interface DatasetOptions {
  description?: string | undefined;
  friendlyName?: string | undefined;
  labels?: Record<string, string> | undefined;
  defaultTableExpirationMs?: string | undefined;
  defaultPartitionExpirationMs?: string | undefined;
  maxTimeTravelHours?: string | undefined;
  storageBillingModel?: string | undefined;
}

/** What the SQL engine needs of the store. */
export interface TableStore {
  /** The last committed state, or undefined where there is no such table. */
  read(reference: TableReference): TableSnapshot | undefined;
  hasDataset(reference: DatasetReference): boolean;
  tablesOf(reference: DatasetReference): readonly TableReference[];
  /** All datasets; absent where the store does not say. */
  readonly datasets?: () => readonly DatasetDescription[];
  /** @throws BigQueryError `duplicate` */
  readonly createDataset?: (
    datasetId: string,
    location: string,
    properties: DatasetOptions,
  ) => Promise<unknown>;
  /** @throws BigQueryError `notFound` */
  updateDataset?(
    reference: DatasetReference,
    decide: (current: { readonly properties: DatasetOptions }) => DatasetOptions,
  ): Promise<unknown>;
  /** @throws BigQueryError `resourceInUse` if there are tables and they are not to be deleted with it */
  readonly deleteDataset?: (reference: DatasetReference, withContents: boolean) => Promise<void>;
  /**
   * Runs `decide` alone for this table (mutating statements on one table are serialised), commits the change
   * it returns and resolves when that is durable. `decide` gets the state it will change. If it throws,
   * nothing has changed. A missing dataset throws notFound before `decide` runs.
   */
  mutate<T>(
    reference: TableReference,
    decide: (current: TableSnapshot | undefined) => Promise<{ change: TableChange | undefined; result: T }>,
  ): Promise<T>;
}

export interface SqlRequest {
  readonly sql: string;
  readonly projectId: string;
  readonly defaultDataset?: DatasetReference;
  readonly parameters: readonly QueryParameter[];
  readonly scriptFault?: ScriptFault | undefined;
  readonly signals?: WorkSignals | undefined;
}

/** How work that is under way can be ended from outside. */
export interface WorkSignals {
  /** Aborted with the error that the work ends with, at once. */
  readonly stopped: AbortSignal;
  /**
   * Aborted, with an error, when nobody waits for the result any more: the work may go on, but the engine must not
   * hang on it.
   */
  readonly abandoned: AbortSignal;
}

/**
 * Lets a script fail on purpose, before its first statement or after its last one; a single statement is no
 * script.
 */
export type ScriptFault = 'before' | 'after';

export interface DmlStats {
  readonly insertedRowCount: number;
  readonly updatedRowCount: number;
  readonly deletedRowCount: number;
}

export interface StatementResult {
  readonly statementType: StatementType;
  /** Present for a statement that yields rows (for a script: its last statement's). */
  readonly schema?: readonly Field[];
  readonly rows?: readonly Row[];
  readonly dmlStats?: DmlStats;
  readonly ddlTargetTable?: TableReference;
  readonly ddlOperationPerformed?: 'CREATE' | 'REPLACE' | 'SKIP' | 'DROP' | 'ALTER';
  readonly referencedTables: readonly TableReference[];
  /** Bytes of the referenced columns, by BigQuery's sizes per type (an estimate is enough). */
  readonly bytesProcessed: number;
  /** For a script: its statements, in order. */
  readonly statements?: readonly StatementResult[];
}

/**
 * Groups of statements with limits of their own: mutations (UPDATE, DELETE, MERGE, TRUNCATE), definitions
 * (DDL).
 */
export type StatementGroup = 'query' | 'insert' | 'mutation' | 'definition';

/** Every script and every statement passes through it, those of a script one by one; dry runs do not. */
export interface StatementGate {
  /** Runs the statement by calling `work`, perhaps later, with the store that it must change tables in. */
  run<T>(group: StatementGroup, store: TableStore, work: (store: TableStore) => Promise<T>): Promise<T>;
  /** Resolves when the first statement of a script may begin. */
  beginScript(): Promise<void>;
}

export interface SqlEngine {
  /** Runs one statement or a script. Throws a BigQueryError, for a script a ScriptError. */
  run(request: SqlRequest): Promise<StatementResult>;
  /** Type-checks without running (a dry run). Rows stay absent. Throws a BigQueryError. */
  analyze(request: SqlRequest): Promise<StatementResult>;
  close(): Promise<void>;
}
