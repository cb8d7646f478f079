import type { Field, FieldType, Row } from '../../model';
import { planIfSound } from '../analyse/plan-query';
import { evaluate } from '../evaluate/evaluate';
import type { LeafSelect, SelectColumn } from '../parse/leaf-selects';
import { bytesAt, type SqlText } from '../parse/sql-text';
import { rowColumn } from '../scope';
import { type LeafQuery, selectOf } from './leaf-query';
import { evaluatePieces } from './pieces';

/** The types whose values fall into one group exactly when their cells are equal. */
const keyTypes: ReadonlySet<FieldType> = new Set([
  ...(['STRING', 'BYTES', 'INTEGER', 'BOOLEAN', 'NUMERIC', 'BIGNUMERIC'] as const),
  ...(['DATE', 'DATETIME', 'TIME', 'TIMESTAMP'] as const),
]);

/**
 * A SELECT with GROUP BY (or DISTINCT), or with window functions over partitions: the keys of every row are evaluated first; then the SELECT itself
 * runs on some whole groups at a time, so any aggregate or window is right. Undefined where the keys cannot be told for
 * sure.
 */
export async function selectByGroup(query: LeafQuery): Promise<readonly Row[] | undefined> {
  const { context, scope, text, leaf, table, plan } = query;
  const keys = keyExpressions(text, leaf, table.schema);
  if (keys === undefined || keys.length === 0) return undefined;
  const keyPlan = await planIfSound(context, {
    text: selectOf(query, [rowColumn, ...keys.map((key) => `(${key})`)]),
    scope,
    target: table.reference,
  });
  if (keyPlan === undefined) return undefined;
  const certain = keyPlan.output.flatMap((field, index) => (index > 0 && isKey(field) ? [index] : []));
  if (certain.length === 0) return undefined;
  const groups = new Map<string, number[]>();
  for (const row of await evaluate(context, keyPlan, scope)) {
    const key = JSON.stringify(certain.map((index) => row[index]));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [Number(row[0])]);
    else group.push(Number(row[0]));
  }
  return evaluatePieces(context, plan, scope, table.rows, [...groups.values()]);
}

function isKey({ type, mode }: Field): boolean {
  return mode !== 'REPEATED' && keyTypes.has(type);
}

/** What all windows partition by: rows that differ in that see nothing of each other. */
function commonKeys(text: SqlText, { windows }: LeafSelect): readonly string[] {
  const [first = [], ...others] = windows.map((keys) => keys.map((span) => bytesAt(text, span)));
  return first.filter((key) => others.every((keys) => keys.includes(key)));
}

/** Expressions whose values are the same for all rows of a group, and that see the table's columns only. */
function keyExpressions(
  text: SqlText,
  leaf: LeafSelect,
  schema: readonly Field[],
): readonly string[] | undefined {
  if (leaf.windows.length > 0) return commonKeys(text, leaf);
  const selected = leaf.columns.some(({ isStar }) => isStar) ? undefined : leaf.columns;
  if (leaf.groupBy === undefined) return selected?.map((column) => bytesAt(text, column.span));
  const keys: string[] = [];
  for (const item of leaf.groupBy) {
    const own = bytesAt(text, item.span);
    if (item.isNumber) {
      const column = selected?.[Number(own) - 1];
      if (column === undefined) return undefined;
      keys.push(bytesAt(text, column.span));
      continue;
    }
    const column = columnNamed(leaf, schema, item.name);
    if (column === 'unclear') return undefined;
    keys.push(column === undefined ? own : bytesAt(text, column.span));
  }
  return keys;
}

/**
 * The selected column that a name in GROUP BY stands for; undefined where the name means the table's own
 * column. A name that could mean either is clear only where both are the same.
 */
function columnNamed(
  leaf: LeafSelect,
  schema: readonly Field[],
  name: string | undefined,
): SelectColumn | undefined | 'unclear' {
  if (name === undefined) return undefined;
  const isColumn = (candidate: string | undefined) =>
    schema.some((field) => field.name.toLowerCase() === candidate?.toLowerCase());
  const isNamed = (candidate: string | undefined) => candidate?.toLowerCase() === name.toLowerCase();
  const named = leaf.columns.filter(({ alias, path }) => isNamed(alias ?? path.at(-1)));
  if (named.length === 0) return undefined;
  if (!isColumn(name)) return named.length === 1 ? named[0] : 'unclear';
  const isThatColumn = named.every(
    ({ path }) => isNamed(path.at(-1)) && (path.length === 1 || (path.length === 2 && !isColumn(path[0]))),
  );
  return isThatColumn ? undefined : 'unclear';
}
