import type { Cell, Field, Row } from '../../model';
import type { QueryRows } from '../job';
import { textOf } from './texts';

/**
 * The lines of a file of newline-delimited JSON as BigQuery exports it: INT64 and NUMERIC as texts, so that no digit is
 * lost; nulls left out; <, > and & as \u003c and the like.
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
  return JSON.stringify(textOf(cell, field));
}
