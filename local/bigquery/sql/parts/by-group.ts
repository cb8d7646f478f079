import type { Field, FieldType, Row } from '../../model';
import type { QueryPlan } from '../analyse/plan-query';
import type { EngineContext } from '../engine-context';
import { evaluate } from '../evaluate/evaluate';
import type { LeafSelect, SelectColumn } from '../parse/leaf-selects';
import { derived, type SqlText } from '../parse/sql-text';
import { rowColumn, type Scope } from '../scope';
import type { LeafTable } from './in-parts';
import { evaluatePieces } from './pieces';
import { planIfSound } from './plan-if-sound';

/** Types of which the engine holds two values for one group exactly when their cells are equal. */
const keyTypes: ReadonlySet<FieldType> = new Set([
  ...(['STRING', 'BYTES', 'INTEGER', 'BOOLEAN', 'NUMERIC', 'BIGNUMERIC'] as const),
  ...(['DATE', 'DATETIME', 'TIME', 'TIMESTAMP'] as const),
]);

/**
 * A SELECT with GROUP BY (or DISTINCT): the keys of every row are evaluated first; then the SELECT itself runs on some
 * whole groups at a time, so any aggregate is right. Undefined where the keys cannot be told for sure.
 * @param plan of the SELECT itself
 */
export async function selectByGroup(
  context: EngineContext,
  scope: Scope,
  text: SqlText,
  leaf: LeafSelect,
  table: LeafTable,
  plan: QueryPlan,
): Promise<readonly Row[] | undefined> {
  const keys = keyExpressions(text, leaf, table.schema);
  if (keys === undefined || keys.length === 0) return undefined;
  const where = leaf.where === undefined ? 'TRUE' : textAt(text, leaf.where);
  const sql = `SELECT ${rowColumn}, ${keys.map((key) => `(${key})`).join(', ')} FROM ${textAt(text, leaf.from)} WHERE (${where}\n)`;
  const keyPlan = await planIfSound(context, {
    text: derived(text, sql, leaf.span.start),
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

/** Texts whose values are the same for all rows of a group. They see the table's columns only. */
function keyExpressions(
  text: SqlText,
  leaf: LeafSelect,
  schema: readonly Field[],
): readonly string[] | undefined {
  const selected = leaf.columns.some(({ isStar }) => isStar) ? undefined : leaf.columns;
  if (leaf.groupBy === undefined) return selected?.map((column) => textAt(text, column.span));
  const keys: string[] = [];
  for (const item of leaf.groupBy) {
    const own = textAt(text, item.span);
    if (item.isNumber) {
      const column = selected?.[Number(own) - 1];
      if (column === undefined) return undefined;
      keys.push(textAt(text, column.span));
      continue;
    }
    const column = columnNamed(leaf, schema, item.name);
    if (column === 'unclear') return undefined;
    keys.push(column === undefined ? own : textAt(text, column.span));
  }
  return keys;
}

/**
 * The selected column that a name in GROUP BY stands for; undefined where it is the table's own. A name of both is
 * clear only where both are the same.
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

function textAt(text: SqlText, place: { readonly start: number; readonly end: number }): string {
  return text.bytes.slice(place.start, place.end);
}
