import type { SentRow, TableField } from '../../google/bigquery/tables/read-rows-page';
import type { CsvCell } from '../../http/csv';

/** A value as JSON has it. */
export type ResultValue =
  | string
  | number
  | boolean
  | null
  | readonly ResultValue[]
  | { readonly [name: string]: ResultValue };

/** Of these a JSON number would lose digits: they stay the texts that BigQuery sends. */
const exactNumbers: ReadonlySet<string> = new Set(['INTEGER', 'INT64', 'NUMERIC', 'BIGNUMERIC']);
const floats: ReadonlySet<string> = new Set(['FLOAT', 'FLOAT64']);
const records: ReadonlySet<string> = new Set(['RECORD', 'STRUCT']);

/**
 * A row as an object. INT64, NUMERIC and BIGNUMERIC are texts, FLOAT64 is a number (NaN and the infinities are
 * texts), BOOL is true or false, TIMESTAMP is RFC 3339 in UTC with microseconds; all others are the texts that
 * BigQuery sends. RECORDs are objects, REPEATED columns lists, NULL is null.
 */
export const toResultRow = (
  fields: readonly TableField[],
  { f }: SentRow,
): { readonly [name: string]: ResultValue } =>
  Object.fromEntries(fields.map((field, index) => [field.name, toValue(field, f[index]?.v)]));

function toValue(field: TableField, wire: unknown): ResultValue {
  if (field.mode === 'REPEATED') {
    const item = { ...field, mode: 'NULLABLE' };
    return Array.isArray(wire) ? wire.map((each: { readonly v: unknown }) => toValue(item, each.v)) : [];
  }
  if (wire === null || wire === undefined) return null;
  if (records.has(field.type)) {
    return isSentRow(wire) ? toResultRow(field.fields ?? [], wire) : null;
  }
  const text = String(wire);
  if (floats.has(field.type)) {
    const number = Number(text);
    return Number.isFinite(number) && !Object.is(number, -0) ? number : text;
  }
  if (field.type === 'BOOLEAN' || field.type === 'BOOL') return text === 'true';
  return field.type === 'TIMESTAMP' ? momentOf(text) : text;
}

const isSentRow = (value: unknown): value is SentRow =>
  typeof value === 'object' && value !== null && 'f' in value && Array.isArray(value.f);

/** Microseconds since 1970 as RFC 3339; what is none stays as it is. */
function momentOf(text: string): string {
  if (!/^-?\d{1,18}$/.test(text)) return text;
  const micros = BigInt(text);
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = (micros - fraction) / 1_000_000n;
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(fraction).padStart(6, '0')}Z`;
}

/**
 * The same as cells of CSV. NULL is empty, an empty text is "", lists and RECORDs are JSON. Numbers keep their
 * minus; texts that a spreadsheet would take for a formula are made harmless by the writer of CSV.
 */
export const toCsvCells = (
  fields: readonly Pick<TableField, 'name' | 'type'>[],
  row: { readonly [name: string]: ResultValue },
): readonly CsvCell[] =>
  fields.map((field) => {
    const value = row[field.name] ?? null;
    if (value === null) return null;
    if (typeof value === 'object') return JSON.stringify(value);
    if (value === '') return { plain: '""' };
    const isNumber = exactNumbers.has(field.type) || floats.has(field.type);
    return isNumber ? { plain: String(value) } : value;
  });
