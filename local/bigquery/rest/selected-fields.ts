import { BigQueryError } from '../errors';
import type { Cell, Field, Row } from '../model';

/** The fields that remain of a schema, and how a row is cut down to them. */
export interface Selection {
  readonly fields: readonly Field[];
  readonly select: (row: Row) => Row;
}

/**
 * `selectedFields` of tabledata.list: names joined by commas, "a.b" for a field of a RECORD; the table's order is kept.
 * @throws BigQueryError `invalid` for a name that is no field
 */
export function selectFields(fields: readonly Field[], selected: string | null): Selection {
  if (selected === null || selected === '') return { fields, select: (row) => row };
  const paths = selected.split(',').map((path) => path.trim().toLowerCase().split('.'));
  return selectPaths(fields, paths);
}

function selectPaths(fields: readonly Field[], paths: readonly (readonly string[])[]): Selection {
  for (const [name] of paths) {
    if (fields.some((field) => field.name.toLowerCase() === name)) continue;
    throw new BigQueryError('invalid', `No such field: ${name}`, 'selectedFields');
  }
  const picks = fields.flatMap((field, index) => {
    const own = paths.filter(([name]) => name === field.name.toLowerCase()).map((path) => path.slice(1));
    return own.length === 0 ? [] : [pick(field, index, own)];
  });
  return {
    fields: picks.map(({ field }) => field),
    select: (row) => picks.map(({ index, cut }) => cut(row[index] ?? null)),
  };
}

interface Pick {
  readonly field: Field;
  readonly index: number;
  readonly cut: (cell: Cell) => Cell;
}

function pick(field: Field, index: number, paths: readonly (readonly string[])[]): Pick {
  if (field.fields === undefined || paths.some((path) => path.length === 0))
    return { field, index, cut: (cell) => cell };
  const { fields, select } = selectPaths(field.fields, paths);
  const cutOne = (cell: Cell): Cell => (cell === null || typeof cell === 'string' ? cell : select(cell));
  const cutAll = (cell: Cell): Cell => (cell === null || typeof cell === 'string' ? cell : cell.map(cutOne));
  return { field: { ...field, fields }, index, cut: field.mode === 'REPEATED' ? cutAll : cutOne };
}
