import type { Cell, Field, Row } from '../../../model';
import { type Column, supportedKind } from './file-schema';
import { typesOfKind } from './leaf-types';
import { ParquetFault } from './reader-messages';
import { valueReader } from './values';

/** How the rows of a file become rows of a table. */
export interface RowReader {
  /** The columns of the file to read, by name. */
  readonly names: readonly string[];
  /** @param raw the values of these columns, groups as objects */
  read(raw: readonly unknown[]): Row;
}

type ReadCell = (raw: unknown) => Cell;

/**
 * Columns meet fields by name, in any case.
 * @param ignoreUnknown columns that no field has are left out instead of being a fault
 * @throws ParquetFault where columns and fields do not fit
 */
export function rowReader(
  columns: readonly Column[],
  fields: readonly Field[],
  ignoreUnknown: boolean,
): RowReader {
  const places = fields.map((field) => placeOf(field, columns));
  checkUnknown(columns, fields, ignoreUnknown);
  const used = [...new Set(places.filter((place) => place !== -1))];
  const readers = fields.map((field, index) => {
    const place = places[index] ?? -1;
    return { at: used.indexOf(place), read: cellReader(columns[place], field, '', ignoreUnknown) };
  });
  return {
    names: used.map((place) => columns[place]?.name ?? ''),
    read: (raw) => readers.map(({ at, read }) => read(at === -1 ? null : raw[at])),
  };
}

function placeOf({ name }: Field, columns: readonly Column[]): number {
  const isNamed = (column: Column) => column.name.toLowerCase() === name.toLowerCase();
  const place = columns.findIndex(isNamed);
  const second = columns.slice(place + 1).find(isNamed);
  if (place === -1 || second === undefined) return place;
  throw new ParquetFault(`Parquet column '${second.path}' is there twice: case makes no difference.`);
}

function checkUnknown(columns: readonly Column[], fields: readonly Field[], ignoreUnknown: boolean): void {
  if (ignoreUnknown) return;
  const known = new Set(fields.map(({ name }) => name.toLowerCase()));
  const unknown = columns.find(({ name }) => !known.has(name.toLowerCase()));
  if (unknown === undefined) return;
  throw new ParquetFault(`Parquet column '${unknown.path}' is not a field of the schema.`);
}

function cellReader(
  column: Column | undefined,
  field: Field,
  prefix: string,
  ignoreUnknown: boolean,
): ReadCell {
  if (column === undefined) return absent(field, prefix + field.name);
  checkModes(column, field);
  const read = itemReader(column, field, ignoreUnknown);
  if (field.mode === 'REPEATED') return (raw) => itemsOf(raw, column).map(read);
  if (field.mode === 'NULLABLE') return (raw) => (raw === null ? null : read(raw));
  return (raw) => {
    if (raw !== null) return read(raw);
    throw new ParquetFault(`Required column '${column.path}' is null in a row.`);
  };
}

function absent(field: Field, path: string): ReadCell {
  if (field.mode === 'REQUIRED') throw new ParquetFault(`Required field '${path}' is no column of the file.`);
  const cell = field.mode === 'REPEATED' ? [] : null;
  return () => cell;
}

function checkModes({ path, mode, leaf }: Column, field: Field): void {
  if ((mode === 'REPEATED') === (field.mode === 'REPEATED')) return;
  const mayBeList = leaf === undefined && field.mode === 'REPEATED';
  const advice = mayBeList ? ' Lists are groups unless enableListInference is set.' : '';
  throw new ParquetFault(
    `Parquet column '${path}' has mode ${mode} which does not match the target mode ${field.mode}.${advice}`,
  );
}

/** Reads a value that is not null. */
function itemReader(column: Column, field: Field, ignoreUnknown: boolean): ReadCell {
  const { leaf, path } = column;
  if (leaf === undefined) return recordReader(column, field, ignoreUnknown);
  const kind = supportedKind(column, leaf);
  if (field.type === 'JSON') throw new ParquetFault(`Unsupported field type: JSON. Field: ${path}.`);
  if (!typesOfKind[kind].includes(field.type)) throw mismatch(path, leaf.text, field);
  const read = valueReader(column, leaf, kind, field);
  return (raw) => {
    if (raw !== null) return read(raw);
    throw nullItem(path);
  };
}

function recordReader(column: Column, field: Field, ignoreUnknown: boolean): ReadCell {
  const { columns, path } = column;
  if (field.type !== 'RECORD') throw mismatch(path, 'group', field);
  const fields = field.fields ?? [];
  checkUnknown(columns, fields, ignoreUnknown);
  const readers = fields.map((inner) => {
    const found = columns[placeOf(inner, columns)];
    return { name: found?.name, read: cellReader(found, inner, `${path}.`, ignoreUnknown) };
  });
  return (raw) => {
    if (raw === null) throw nullItem(path);
    return readers.map(({ name, read }) => read(name === undefined ? null : member(raw, name, path)));
  };
}

/** An array's items; a null list has none, as everywhere in BigQuery. */
function itemsOf(raw: unknown, { within, path }: Column): readonly unknown[] {
  if (raw === null) return [];
  const [repeated, element] = within;
  const items = repeated === undefined ? raw : member(raw, repeated, path);
  if (!Array.isArray(items)) throw broken(path);
  return element === undefined ? items : items.map((item: unknown) => member(item, element, path));
}

function member(raw: unknown, name: string, path: string): unknown {
  if (typeof raw !== 'object' || raw === null) throw broken(path);
  return Reflect.get(raw, name);
}

const sqlNames: Readonly<Partial<Record<Field['type'], string>>> = {
  INTEGER: 'INT64',
  FLOAT: 'FLOAT64',
  BOOLEAN: 'BOOL',
  RECORD: 'STRUCT',
};

/** BigQuery's words, except for the types: it says "cpp_type" and uses internal names. */
function mismatch(path: string, has: string, { type }: Field): ParquetFault {
  return new ParquetFault(
    `Parquet column '${path}' has type ${has} which does not match the target type ${sqlNames[type] ?? type}.`,
  );
}

const nullItem = (path: string) =>
  new ParquetFault(`Only optional fields can be set to NULL. Field: ${path}; Value: NULL.`);

const broken = (path: string) =>
  new ParquetFault(`The Parquet file is broken: column '${path}' has not a value for each row.`);
