import type { Cell, Field, StatementResult, TableOptions, TableReference } from '../model';
import { analysedTree, analyserOptions } from './analyse/analyse-statement';
import { missingTable } from './analyse/reachable-tables';
import { fieldOfDefinition } from './ddl/column-definition';
import { givenOptions, parsedTableOptions, partitioning } from './ddl/options-list';
import { child, children, findAll, isNode, pathSegments, spanOf, type TreeNode } from './engine/tree';
import type { LoadOptions, StatementRun } from './engine-context';
import { invalidQuery, notImplemented } from './parse/query-errors';
import { bytesAt, derived } from './parse/sql-text';
import { resolvePath } from './scope';

/** LOAD DATA: reads files into a table, as a load job does. */
export async function runLoadData(run: StatementRun): Promise<StatementResult> {
  const { context, scope, statement, dry } = run;
  const { node } = statement;
  const base = child(node, 'parent');
  if (context.loadFiles === undefined) throw notImplemented('LOAD DATA');
  if (node.isTempTable === true) throw notImplemented('LOAD DATA of a TEMP TABLE');
  for (const [part, name] of [
    ['withPartitionColumnsClause', 'WITH PARTITION COLUMNS'],
    ['withConnectionClause', 'WITH CONNECTION'],
    ['partitionFilter', 'PARTITIONS'],
  ] as const)
    if (isNode(node[part])) throw notImplemented(`LOAD DATA … ${name}`);
  const path = pathSegments(child(base, 'name'));
  const target = resolvePath(scope, path);
  if (target === undefined) throw missingTable(scope, path);
  const files = fileOptions(run, await givenOptions(run, child(node, 'fromFiles', 'optionsList')));
  const { schema, options } = await definedTable(run, node, base);
  const { options: given } = await parsedTableOptions(run, child(base, 'optionsList'));
  const isReplacing = node.insertionMode === 'OVERWRITE';
  if (!dry) await context.loadFiles(target, { ...files, ...options, ...given, schema, isReplacing });
  return result(target);
}

const result = (ddlTargetTable: TableReference): StatementResult => ({
  statementType: 'LOAD_DATA',
  ddlTargetTable,
  referencedTables: [],
  bytesProcessed: 0,
});

/** Names of options in SQL, with those of load jobs. https://cloud.google.com/bigquery/docs/reference/standard-sql/load-statements#load_option_list */
const texts: Readonly<Record<string, string>> = {
  date_format: 'dateFormat',
  datetime_format: 'datetimeFormat',
  encoding: 'encoding',
  field_delimiter: 'fieldDelimiter',
  null_marker: 'nullMarker',
  quote: 'quote',
  source_column_match: 'sourceColumnMatch',
  time_format: 'timeFormat',
  time_zone: 'timeZone',
  timestamp_format: 'timestampFormat',
};
const flags: Readonly<Record<string, string>> = {
  allow_jagged_rows: 'allowJaggedRows',
  allow_quoted_newlines: 'allowQuotedNewlines',
  ignore_unknown_values: 'ignoreUnknownValues',
};
const lists: Readonly<Record<string, string>> = {
  decimal_target_types: 'decimalTargetTypes',
  null_markers: 'nullMarkers',
};
const counts: Readonly<Record<string, string>> = {
  max_bad_records: 'maxBadRecords',
  skip_leading_rows: 'skipLeadingRows',
};
const formats: Readonly<Record<string, string>> = {
  CSV: 'CSV',
  JSON: 'NEWLINE_DELIMITED_JSON',
  NEWLINE_DELIMITED_JSON: 'NEWLINE_DELIMITED_JSON',
  PARQUET: 'PARQUET',
};

function fileOptions(
  { script, statement }: StatementRun,
  given: ReadonlyMap<string, Cell>,
): Pick<LoadOptions, 'uris' | 'format' | 'settings'> {
  const settings: Record<string, unknown> = {};
  const format = formats[String(given.get('format') ?? '').toUpperCase()];
  if (format === undefined) throw notImplemented(`LOAD DATA with format ${given.get('format')}`);
  for (const [name, cell] of given) {
    if (name === 'format' || name === 'uris') continue;
    const [text, flag, list, count] = [texts[name], flags[name], lists[name], counts[name]];
    if (text !== undefined) settings[text] = cell;
    else if (flag !== undefined) settings[flag] = cell === 'true';
    else if (list !== undefined) settings[list] = cell;
    else if (count !== undefined) settings[count] = Number(cell);
    else throw notImplemented(`The option ${name} of LOAD DATA`);
  }
  const uris = textsOf(given.get('uris'));
  if (uris.length === 0)
    throw invalidQuery('The option uris of FROM FILES is missing', script, statement.span.start);
  return { uris, format, settings };
}

const textsOf = (cell: Cell | undefined): readonly string[] =>
  Array.isArray(cell) ? cell.flatMap((each) => (typeof each === 'string' ? [each] : [])) : [];

/** The columns, partitions and clusters that the statement gives its table, read as CREATE TABLE would read them. */
async function definedTable(
  { context, scope, script }: StatementRun,
  node: TreeNode,
  base: TreeNode | undefined,
): Promise<{ readonly schema: readonly Field[] | undefined; readonly options: TableOptions }> {
  const elements = spanOf(child(base, 'tableElementList'));
  const clauses = [node.partitionBy, node.clusterBy].flatMap((clause) => spanOf(clause) ?? []);
  if (elements === undefined && clauses.length > 0)
    throw notImplemented('LOAD DATA with PARTITION BY or CLUSTER BY, and without columns');
  if (elements === undefined) return { schema: undefined, options: {} };
  const columns = bytesAt(script, elements);
  const list = columns.startsWith('(') ? columns : `(${columns})`;
  const sql = `CREATE TABLE x ${list} ${clauses.map((clause) => bytesAt(script, clause)).join(' ')}`;
  const text = derived(script, sql, elements.start);
  const none = { tables: [], key: '' };
  const tree = await analysedTree(context, text, scope, none, analyserOptions(context, scope));
  const found: { schema: readonly Field[]; options: TableOptions }[] = [];
  findAll(tree, 'resolvedCreateTableStmtNode', (create) => {
    const schema = children(child(create, 'parent'), 'columnDefinitionList').map(fieldOfDefinition);
    found.push({ schema, options: partitioning(create, text) });
  });
  return found[0] ?? { schema: undefined, options: {} };
}
