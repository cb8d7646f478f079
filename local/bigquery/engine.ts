/** The SQL engine alone, for those who analyse or evaluate a text against tables of their own. */
export { BigQueryError } from './bigquery-error';
export { fieldsOfParquet } from './jobs/load/parquet/sample-fields';
export type {
  Cell,
  Field,
  Row,
  SqlEngine,
  TableChange,
  TableReference,
  TableSnapshot,
  TableStore,
} from './model';
export type { QueryParameter, QueryParameterType } from './query-parameters';
export { fromBytes, offsetAt, toBytes } from './sql/parse/sql-text';
export { type LocalSqlEngine, startSqlEngine } from './sql/sql-engine';
export { fieldsOfRest } from './store/schema/rest-schema';
export { checkTextRules, type TextRules } from './store/values/text-rules';
