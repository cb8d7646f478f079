import type { Cell, Field, Row } from '../../model';
import { JsonText } from './exact-json';
import { boundOf, rangeText } from './ranges';
import { type Converted, floatCell, scalarOfText } from './scalars';

/** Something wrong with one field of a row; `location` is the field's path. */
export interface RowProblem {
  readonly message: string;
  readonly location: string;
  /** Of a value that is not of its field's type: the value. */
  readonly value?: string | undefined;
}

export type ConvertedRow = { readonly row: Row } | { readonly problem: RowProblem };

/** Makes the cell of a text. */
export type ConvertText = (text: string, field: Field) => Converted;

/** The one way out of a row that does not fit, so that the conversion itself can be plain code. */
class Misfit extends Error {
  constructor(
    message: string,
    readonly location: string,
    readonly value?: string,
  ) {
    super(message);
  }
}

/** Why a value is not taken for a field that is no RECORD, whatever its text would give; undefined: it is. */
export type RefuseValue = (value: unknown, field: Field) => string | undefined;

interface RowRules {
  readonly ignoreUnknown: boolean;
  readonly convert: ConvertText;
  readonly refusal?: RefuseValue | undefined;
}

/**
 * The row of a JSON object, for a table's fields: names match in any case, absent means null.
 * @param ignoreUnknown members that are no column are left out instead of being a problem
 * @param convert how texts become cells
 * @param refusal what is refused besides; with it, locations have the places of items: `a[0].b`
 */
export function rowOfJson(
  value: unknown,
  fields: readonly Field[],
  ignoreUnknown: boolean,
  convert: ConvertText = scalarOfText,
  refusal?: RefuseValue,
): ConvertedRow {
  try {
    return { row: toRecord(value, fields, '', { ignoreUnknown, convert, refusal }) };
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    const { message, location, value: given } = error;
    return { problem: { message, location, value: given } };
  }
}

function toRecord(value: unknown, fields: readonly Field[], path: string, rules: RowRules): Row {
  if (!isObject(value))
    throw new Misfit(`This field: ${path.slice(0, -1)} is not a record.`, path.slice(0, -1));
  const places = placesOf(fields);
  const values: unknown[] = new Array(fields.length);
  for (const [name, member] of Object.entries(value)) {
    const place = places.get(name) ?? places.get(name.toLowerCase());
    if (place !== undefined) values[place] = member;
    else if (!rules.ignoreUnknown) throw new Misfit(`no such field: ${path}${name}.`, path + name);
  }
  return fields.map((field, index) => toCell(values[index], field, path, rules));
}

function toCell(value: unknown, field: Field, prefix: string, rules: RowRules): Cell {
  const path = prefix + field.name;
  if (field.mode === 'REPEATED') return toCells(value, field, path, rules);
  if (value === undefined || value === null) {
    if (field.mode === 'REQUIRED') throw new Misfit(`Missing required field: ${path}.`, path);
    return null;
  }
  if (Array.isArray(value) && field.type !== 'JSON') {
    const name = rules.refusal === undefined ? path : field.name;
    throw new Misfit(`Array specified for non-repeated field: ${name}.`, path);
  }
  return toItem(value, field, path, rules);
}

function toCells(value: unknown, field: Field, path: string, rules: RowRules): Cell {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    throw new Misfit(`Repeated field must be imported as a JSON array. Field: ${path}.`, path);
  }
  return value.map((item: unknown, index) => {
    if (item === null)
      throw new Misfit(`Only optional fields can be set to NULL. Field: ${path}; Value: NULL`, path);
    return toItem(item, field, rules.refusal === undefined ? path : `${path}[${index}]`, rules);
  });
}

function toItem(value: unknown, field: Field, path: string, rules: RowRules): Cell {
  if (field.type === 'RECORD') return toRecord(value, field.fields ?? [], `${path}.`, rules);
  const refused = rules.refusal?.(value, field);
  if (refused !== undefined) throw new Misfit(refused, path);
  const text = textOf(value, field, path);
  const { convert } = rules;
  const before = last.get(field);
  if (before?.text === text && before.convert === convert) return before.cell;
  const converted = convert(text, field);
  if ('problem' in converted) throw new Misfit(converted.problem, path, text);
  const { cell } = converted;
  if (before === undefined) last.set(field, { text, cell, convert });
  else Object.assign(before, { text, cell, convert });
  return cell;
}

/**
 * What was converted last for each field. A column's values mostly repeat from one row to the next: then they
 * are converted once and kept once, which for millions of rows is a fraction of the time and of the memory.
 */
const last = new WeakMap<Field, { text: string; cell: Cell; convert: ConvertText }>();

function textOf(value: unknown, field: Field, path: string): string {
  if (typeof value === 'string') return value;
  if (value instanceof JsonText) return value.text;
  if (field.type === 'JSON') return JSON.stringify(value);
  if (field.type === 'RANGE' && isObject(value)) return textOfRange(value);
  if (typeof value === 'number')
    return field.type === 'TIMESTAMP' ? secondsText(value) : numberText(value, field);
  if (typeof value === 'boolean') return String(value);
  throw new Misfit(`This field: ${path} is not a record.`, path);
}

/** `{start, end}`; a bound that is null or left out is none. */
function textOfRange(value: object): string {
  const [start, end] = ['start', 'end'].map(
    (name) => Object.entries(value).find(([key]) => key === name)?.[1],
  );
  const bound = (given: unknown) => (typeof given === 'string' ? given : undefined);
  return rangeText({ start: boundOf(bound(start)), end: boundOf(bound(end)) });
}

function numberText(value: number, field: Field): string {
  return field.type === 'FLOAT' ? floatCell(value) : String(value);
}

/** Seconds since 1970, to the microsecond. */
function secondsText(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(6);
}

const knownPlaces = new WeakMap<readonly Field[], ReadonlyMap<string, number>>();

/**
 * Where a field is, by its name in small letters (and as written, which saves most look-ups the conversion).
 */
function placesOf(fields: readonly Field[]): ReadonlyMap<string, number> {
  let places = knownPlaces.get(fields);
  if (places === undefined) {
    places = new Map(
      fields.flatMap(({ name }, index) => [[name, index] as const, [name.toLowerCase(), index] as const]),
    );
    knownPlaces.set(fields, places);
  }
  return places;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
