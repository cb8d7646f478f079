import { BigQueryError } from '../../bigquery-error';
import type { Cell, Field, Row } from '../../model';
import type { QueryRows } from '../job';
import type { ExtractConfiguration } from '../job-schemas';

/**
 * The lines of a CSV file as BigQuery exports it: nothing for null, "" for the empty text, quotes only where
 * needed.
 * https://cloud.google.com/bigquery/docs/exporting-data
 * @throws BigQueryError `invalid` for nested and repeated fields
 */
export function csvLines(
  { schema, rows }: QueryRows,
  { fieldDelimiter = ',', printHeader = true }: Pick<ExtractConfiguration, 'fieldDelimiter' | 'printHeader'>,
): Iterable<string> {
  checkFlat(schema);
  const delimiter = /^(tab|\\t)$/i.test(fieldDelimiter) ? '\t' : fieldDelimiter;
  if (delimiter.length !== 1) {
    throw new BigQueryError(
      'invalid',
      `Invalid field delimiter "${fieldDelimiter}": it must be one character.`,
    );
  }
  return lines();

  function* lines(): Generator<string> {
    if (printHeader) yield lineOf(schema.map(({ name }) => name));
    for (const row of rows) yield lineOf(schema.map((field, index) => textOfCell(row[index], field)));
  }

  function lineOf(values: readonly (string | undefined)[]): string {
    return `${values.map((value) => (value === undefined ? '' : quoted(value, delimiter))).join(delimiter)}\n`;
  }
}

function textOfCell(cell: Cell | undefined, field: Field): string | undefined {
  return typeof cell === 'string' ? exportedText(cell, field) : undefined;
}

function quoted(value: string, delimiter: string): string {
  const mustBe = value === '' || value.includes(delimiter) || /["\r\n]/.test(value);
  return mustBe ? `"${value.replaceAll('"', '""')}"` : value;
}

function checkFlat(schema: readonly Field[]): void {
  const nested = schema.find(({ type, mode }) => type === 'RECORD' || mode === 'REPEATED');
  if (nested === undefined) return;
  throw new BigQueryError(
    'invalid',
    `Operation cannot be performed on a nested schema. Field: ${nested.name}`,
  );
}

/**
 * The lines of a file of newline-delimited JSON as BigQuery exports it: INT64 and NUMERIC as texts, so that
 * no digit is lost; nulls left out; <, > and & as \u003c and the like.
 * https://cloud.google.com/bigquery/docs/exporting-data
 */
export function* jsonLines({ schema, rows }: QueryRows): Generator<string> {
  for (const row of rows) yield `${escaped(objectOf(row, schema))}\n`;
}

const escapes: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };
const escaped = (json: string): string => json.replace(/[<>&]/g, (sign) => escapes[sign] ?? sign);

function objectOf(row: Row, fields: readonly Field[]): string {
  const members = fields.flatMap((field, index) => {
    const cell = row[index] ?? null;
    return cell === null ? [] : [`${JSON.stringify(field.name)}:${jsonOfCell(cell, field)}`];
  });
  return `{${members.join(',')}}`;
}

function jsonOfCell(cell: Cell, field: Field): string {
  if (cell === null) return 'null';
  if (typeof cell === 'string') return scalarOf(cell, field);
  if (field.mode !== 'REPEATED') return objectOf(cell, field.fields ?? []);
  const item: Field = { ...field, mode: 'NULLABLE' };
  return `[${cell.map((value) => jsonOfCell(value, item)).join(',')}]`;
}

function scalarOf(cell: string, field: Field): string {
  if (field.type === 'BOOLEAN' || field.type === 'JSON') return cell;
  if (field.type === 'FLOAT' && Number.isFinite(Number(cell))) return String(Number(cell));
  return JSON.stringify(exportedText(cell, field));
}

/** A cell as extracts write it: a TIMESTAMP as "2024-09-01 10:11:12.5 UTC", any other as it is held. */
function exportedText(cell: string, { type }: Field): string {
  return type === 'TIMESTAMP' ? timestampText(cell) : cell;
}

function timestampText(cell: string): string {
  const [whole = '', picos = ''] = cell.split('.');
  const micros = BigInt(whole);
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((micros - rest) / 1000n)).toISOString().slice(0, 19).replace('T', ' ');
  const fraction = `${String(rest).padStart(6, '0')}${picos}`.replace(/0+$/, '');
  return `${seconds}${fraction && `.${fraction}`} UTC`;
}
