import type { Field } from '../../model';
import { sqlType } from '../analyse/engine-types';
import { children, spanOf, stringAt, type TreeNode, unwrap } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { bytesAt, toBytes } from '../parse/sql-text';

/** The place of a column, whatever its case; -1 where there is none. */
export function columnIndex(schema: readonly Field[], name: string): number {
  const folded = name.toLowerCase();
  return schema.findIndex((field) => field.name.toLowerCase() === folded);
}

/** The places of the columns that an INSERT lists; all of them where it lists none. */
export function insertedColumns(schema: readonly Field[], list: TreeNode | undefined): readonly number[] {
  const names = children(list, 'identifiers').flatMap((name) => stringAt(name, 'idString') ?? []);
  if (names.length === 0) return schema.map((_, index) => index);
  return names.map((name) => columnIndex(schema, name));
}

/** An expression as SQL text of a column's type; DEFAULT stands for the column's own. */
export function castValue({ script }: StatementRun, field: Field, value: TreeNode | undefined): string {
  const found = unwrap(value);
  const place = spanOf(found?.node);
  if (found === undefined || place === undefined || found.kind === 'astDefaultLiteralNode')
    return defaultValue(field);
  return castText(bytesAt(script, place), field);
}

/** A column's default as SQL text. */
export function defaultValue(field: Field): string {
  return castText(toBytes(field.defaultValueExpression ?? 'NULL'), field);
}

/** An expression's text as one of the field's type. */
export function castText(expression: string, field: Field): string {
  return `CAST((${expression}) AS ${toBytes(sqlType(field))})`;
}
