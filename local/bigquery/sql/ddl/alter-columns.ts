import { BigQueryError } from '../../bigquery-error';
import type { Cell, Field, Row, TableChange, TableSnapshot } from '../../model';
import { analysedTree, analyserOptions } from '../analyse/analyse-statement';
import { planQuery } from '../analyse/plan-query';
import { formatFloat } from '../codec/decode-cell';
import {
  child,
  children,
  findAll,
  pathSegments,
  spanOf,
  stringAt,
  type TreeNode,
  unwrap,
} from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { evaluate } from '../evaluate/evaluate';
import { invalidQuery, notImplemented } from '../parse/query-errors';
import { bytesAt, derived } from '../parse/sql-text';
import { fieldOfDefinition } from './column-definition';

/** A table's columns and rows on their way through the actions of an ALTER TABLE. */
interface Altered {
  readonly schema: readonly Field[];
  readonly rows: readonly Row[];
}

/** What the actions of an ALTER TABLE that change columns which are there make of a table. */
export async function alteredColumns(
  run: StatementRun,
  current: TableSnapshot,
  actions: readonly TreeNode[],
): Promise<TableChange> {
  let altered: Altered = { schema: current.schema, rows: current.rows };
  for (const wrapper of actions) {
    const action = unwrap(wrapper);
    if (action === undefined) continue;
    const name = stringAt(child(action.node, 'columnName'), 'idString');
    if (name === undefined) throw notImplemented(`ALTER TABLE … ${actionName(action.kind)}`);
    const index = altered.schema.findIndex((field) => field.name.toLowerCase() === name.toLowerCase());
    const field = altered.schema[index];
    if (field === undefined && action.node.isIfExists === true) continue;
    if (field === undefined)
      throw invalidQuery(`Column not found: ${name}`, run.script, run.statement.span.start);
    altered = await afterAction(run, current, altered, { ...action, field, index });
  }
  const isSame = altered.rows === current.rows;
  return { kind: 'alter', schema: altered.schema, ...(!isSame && { rows: altered.rows }) };
}

interface ColumnAction {
  readonly kind: string;
  readonly node: TreeNode;
  readonly field: Field;
  readonly index: number;
}

async function afterAction(
  run: StatementRun,
  current: TableSnapshot,
  { schema, rows }: Altered,
  { kind, node, field, index }: ColumnAction,
): Promise<Altered> {
  const withField = (next: Field): Altered => ({ schema: schema.with(index, next), rows });
  switch (kind) {
    case 'astDropColumnActionNode':
      refuseUsed(current, field, 'drop');
      return { schema: schema.toSpliced(index, 1), rows: rows.map((row) => row.toSpliced(index, 1)) };
    case 'astRenameColumnActionNode':
      refuseUsed(current, field, 'rename');
      return withField({ ...field, name: stringAt(child(node, 'newColumnName'), 'idString') ?? field.name });
    case 'astAlterColumnDropNotNullActionNode':
      return withField({ ...field, mode: field.mode === 'REQUIRED' ? 'NULLABLE' : field.mode });
    case 'astAlterColumnSetDefaultActionNode': {
      const place = spanOf(unwrap(node.defaultExpression)?.node) ?? run.statement.span;
      return withField({ ...field, defaultValueExpression: bytesAt(run.script, place) });
    }
    case 'astAlterColumnDropDefaultActionNode': {
      const { defaultValueExpression: _, ...rest } = field;
      return withField(rest);
    }
    case 'astAlterColumnOptionsActionNode':
      return withField({ ...field, ...(await columnOptions(run, node)) });
    case 'astAlterColumnTypeActionNode': {
      const next = await typedField(run, field, child(node, 'schema'));
      const convert = conversion(field, next);
      if (convert === undefined)
        throw invalidQuery(
          `ALTER TABLE ALTER COLUMN SET DATA TYPE requires that the existing column type (${field.type}) is assignable to the new type (${next.type})`,
          run.script,
          spanOf(node)?.start,
        );
      return {
        schema: schema.with(index, next),
        rows: rows.map((row) => row.with(index, convert(row[index] ?? null))),
      };
    }
    default:
      throw notImplemented(`ALTER TABLE … ${actionName(kind)}`);
  }
}

/** `astAddConstraintActionNode` → `ADD CONSTRAINT`. */
const actionName = (kind: string): string =>
  kind
    .replace(/^ast|(Action|Clause)?Node$/g, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toUpperCase();

function refuseUsed({ options }: TableSnapshot, { name }: Field, what: string): void {
  const used = [
    options?.timePartitioning?.field,
    options?.rangePartitioning?.field,
    ...(options?.clustering?.fields ?? []),
  ];
  if (!used.some((each) => each?.toLowerCase() === name.toLowerCase())) return;
  throw new BigQueryError(
    'invalidQuery',
    `Cannot ${what} column ${name}: the table is partitioned or clustered by it`,
  );
}

/** A field with another type, as CREATE TABLE would read the type. */
async function typedField(run: StatementRun, field: Field, schema: TreeNode | undefined): Promise<Field> {
  const { context, scope, script, statement } = run;
  const place = spanOf(unwrap(schema)?.node) ?? statement.span;
  const text = derived(script, `CREATE TABLE x (c ${bytesAt(script, place)})`, place.start);
  const tree = await analysedTree(
    context,
    text,
    scope,
    { tables: [], key: '' },
    analyserOptions(context, scope),
  );
  let found: Field | undefined;
  findAll(tree, 'resolvedCreateTableStmtNode', (node) => {
    const [definition] = children(child(node, 'parent'), 'columnDefinitionList');
    if (definition !== undefined) found = fieldOfDefinition(definition);
  });
  if (found === undefined) throw notImplemented('ALTER TABLE … SET DATA TYPE of this type');
  const { precision: _p, scale: _s, maxLength: _m, ...rest } = field;
  return { ...rest, ...found, name: field.name, mode: field.mode };
}

/** How cells of one type become those of a wider one. https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules */
function conversion(from: Field, to: Field): ((cell: Cell) => Cell) | undefined {
  const same = (cell: Cell) => cell;
  const toFloat = (cell: Cell) => (typeof cell === 'string' ? formatFloat(Number(cell)) : cell);
  if (from.type === to.type) return from.type === 'RECORD' ? undefined : same;
  const wider: Readonly<Record<string, readonly string[]>> = {
    INTEGER: ['NUMERIC', 'BIGNUMERIC', 'FLOAT'],
    NUMERIC: ['BIGNUMERIC', 'FLOAT'],
    BIGNUMERIC: ['FLOAT'],
  };
  if (from.mode === 'REPEATED' || !wider[from.type]?.includes(to.type)) return undefined;
  return to.type === 'FLOAT' ? toFloat : same;
}

async function columnOptions(run: StatementRun, node: TreeNode): Promise<Partial<Field>> {
  const { context, scope, script } = run;
  let options: Partial<Field> = {};
  for (const entry of children(child(node, 'optionsList'), 'optionsEntries')) {
    const name = stringAt(child(entry, 'name'), 'idString')?.toLowerCase();
    const place = spanOf(unwrap(entry.value)?.node);
    if (name !== 'description' || place === undefined)
      throw invalidQuery(`Unknown option: ${name}`, script, spanOf(entry)?.start);
    const text = derived(script, `SELECT CAST((${bytesAt(script, place)}) AS STRING)`, place.start);
    const [row] = await evaluate(context, await planQuery(context, { text, scope }), scope);
    const cell = row?.[0];
    options = { ...options, description: typeof cell === 'string' ? cell : '' };
  }
  return options;
}

/** The name that ALTER TABLE … RENAME TO gives, if that is what it does. */
export function newTableName(actions: readonly TreeNode[]): string | undefined {
  const [only, ...others] = actions.map((action) => child(action, 'astRenameToClauseNode'));
  return others.length === 0 && only !== undefined ? pathSegments(child(only, 'newName')).at(-1) : undefined;
}
