import type { Cell, TableOptions } from '../../model';
import { planQuery } from '../analyse/plan-query';
import { child, children, findAll, spanOf, stringAt, type TreeNode, unwrap } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { evaluate } from '../evaluate/evaluate';
import { invalidQuery, notImplemented } from '../parse/query-errors';
import { bytesAt, derived, type SqlText } from '../parse/sql-text';

/**
 * Reads an OPTIONS list, whose values are constant expressions. Spans count from the start of `statement`.
 */
export async function tableOptions(
  { context, scope }: StatementRun,
  statement: SqlText,
  list: readonly TreeNode[],
): Promise<TableOptions> {
  let options: TableOptions = {};
  for (const option of list) {
    const place = spanOf(unwrap(option.value)?.node);
    if (place === undefined) continue;
    const text = derived(statement, `SELECT (${bytesAt(statement, place)})`, place.start);
    const plan = await planQuery(context, { text, scope });
    const [row] = await evaluate(context, plan, scope);
    options = withOption(options, stringAt(option, 'name') ?? '', row?.[0] ?? null, statement);
  }
  return options;
}

/** Reads a parsed OPTIONS list: the value of each entry by its name, in lower case. */
export async function givenOptions(
  { context, scope, script }: StatementRun,
  list: unknown,
): Promise<ReadonlyMap<string, Cell>> {
  const given = new Map<string, Cell>();
  for (const entry of children(list, 'optionsEntries')) {
    const place = spanOf(unwrap(entry.value)?.node);
    const name = stringAt(child(entry, 'name'), 'idString')?.toLowerCase();
    if (place === undefined || name === undefined) continue;
    const text = derived(script, `SELECT (${bytesAt(script, place)})`, place.start);
    const [row] = await evaluate(context, await planQuery(context, { text, scope }), scope);
    given.set(name, row?.[0] ?? null);
  }
  return given;
}

/** The same as a table's options; those that are not a table's are `others`, by their names. */
export async function parsedTableOptions(
  run: StatementRun,
  list: unknown,
  others: readonly string[] = [],
): Promise<{ readonly options: TableOptions; readonly others: ReadonlyMap<string, Cell> }> {
  const given = await givenOptions(run, list);
  let options: TableOptions = {};
  const found = new Map<string, Cell>();
  for (const [name, cell] of given) {
    if (others.includes(name)) found.set(name, cell);
    else options = withOption(options, name, cell, run.script);
  }
  return { options, others: found };
}

/** What BigQuery knows besides. https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#table_option_list */
const unsupportedOptions = new Set([
  ...['kms_key_name', 'max_staleness', 'default_rounding_mode', 'tags', 'enable_change_history'],
  ...['enable_fine_grained_mutations', 'storage_uri', 'file_format', 'table_format', 'privacy_policy'],
  ...['partition_filter', 'external_catalog_table_options'],
]);

function withOption(options: TableOptions, name: string, cell: Cell, statement: SqlText): TableOptions {
  const value = typeof cell === 'string' ? cell : undefined;
  switch (name.toLowerCase()) {
    case 'description':
      return value === undefined ? options : { ...options, description: value };
    case 'friendly_name':
      return value === undefined ? options : { ...options, friendlyName: value };
    case 'expiration_timestamp':
      return value === undefined ? options : { ...options, expirationTime: String(BigInt(value) / 1000n) };
    case 'require_partition_filter':
      return { ...options, requirePartitionFilter: value === 'true' };
    case 'partition_expiration_days':
      return value === undefined ? options : withPartitionExpiration(options, Number(value));
    case 'labels':
      return { ...options, labels: labelsOf(cell) };
    default:
      if (unsupportedOptions.has(name.toLowerCase())) throw notImplemented(`The option ${name} of a table`);
      throw invalidQuery(`Unknown option: ${name}`, statement);
  }
}

function withPartitionExpiration(options: TableOptions, days: number): TableOptions {
  const expirationMs = String(Math.round(days * 86_400_000));
  return { ...options, timePartitioning: { type: 'DAY', ...options.timePartitioning, expirationMs } };
}

export function labelsOf(cell: Cell): Readonly<Record<string, string>> {
  const pairs = Array.isArray(cell) ? cell : [];
  return Object.fromEntries(
    pairs.flatMap((pair) => (Array.isArray(pair) ? [[String(pair[0]), String(pair[1])]] : [])),
  );
}

/** PARTITION BY and CLUSTER BY of an analysed CREATE TABLE. */
export function partitioning(create: TreeNode, statement: SqlText): TableOptions {
  const [partition] = children(create, 'partitionByList');
  const clustering = columnNames(create.clusterByList);
  return {
    ...(partition && partitionOf(partition, statement)),
    ...(clustering.length > 0 && { clustering: { fields: clustering } }),
  };
}

function partitionOf(expression: TreeNode, statement: SqlText): TableOptions {
  const place = spanOf(unwrap(expression)?.node);
  const sql = place === undefined ? '' : bytesAt(statement, place);
  const [column] = columnNames(expression);
  if (/^RANGE_BUCKET/i.test(sql)) return rangePartitioning(expression, column ?? '', sql);
  const type = /\b(HOUR|DAY|MONTH|YEAR)\s*\)\s*$/i.exec(sql)?.[1]?.toUpperCase() ?? 'DAY';
  const field = column === undefined || /^_partition/i.test(column) ? {} : { field: column };
  return { timePartitioning: { type, ...field } };
}

function rangePartitioning(expression: TreeNode, field: string, sql: string): TableOptions {
  const numbers: string[] = [];
  findAll(expression, 'resolvedLiteralNode', (node) => {
    const value = literalInteger(node);
    if (value !== undefined) numbers.push(value);
  });
  const [start, end, interval = '1'] = numbers;
  if (start === undefined || end === undefined) throw notImplemented(`PARTITION BY ${sql}`);
  return { rangePartitioning: { field, range: { start, end, interval } } };
}

function literalInteger(node: TreeNode): string | undefined {
  return stringAt(child(node, 'value', 'value'), 'int64Value');
}

function columnNames(tree: unknown): readonly string[] {
  const names: string[] = [];
  findAll({ tree }, 'resolvedColumnRefNode', (node) => {
    const name = stringAt(child(node, 'column'), 'name');
    if (name !== undefined) names.push(name);
  });
  return names;
}
