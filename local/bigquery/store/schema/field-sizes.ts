import type { Cell, Field, Row } from '../../model';

/**
 * BigQuery's logical sizes per type, in bytes (https://cloud.google.com/bigquery/pricing#data): STRING is 2
 * plus its UTF-8 length, RECORD the sum of its fields, a null is 0.
 */
const fixedSizes: Readonly<Partial<Record<Field['type'], number>>> = {
  INTEGER: 8,
  FLOAT: 8,
  NUMERIC: 16,
  BIGNUMERIC: 32,
  BOOLEAN: 1,
  DATE: 8,
  DATETIME: 8,
  TIME: 8,
  TIMESTAMP: 8,
  INTERVAL: 16,
  RANGE: 16,
};

/** The logical bytes of rows, as `numBytes` of a table counts them. */
export function sizeOfRows(rows: readonly Row[], schema: readonly Field[]): number {
  let total = 0;
  for (const row of rows) total += sizeOfRecord(row, schema);
  return total;
}

function sizeOfRecord(cells: readonly Cell[], fields: readonly Field[]): number {
  let total = 0;
  for (const [index, field] of fields.entries()) {
    const cell = cells[index];
    if (cell === null || cell === undefined) continue;
    if (field.mode === 'REPEATED' && typeof cell !== 'string') {
      for (const item of cell) total += sizeOfValue(item, field);
    } else {
      total += sizeOfValue(cell, field);
    }
  }
  return total;
}

function sizeOfValue(cell: Cell, field: Field): number {
  if (cell === null) return 0;
  if (typeof cell !== 'string') return sizeOfRecord(cell, field.fields ?? []);
  const fixed = fixedSizes[field.type];
  if (fixed !== undefined) return fixed;
  if (field.type === 'BYTES') return 2 + Math.floor((cell.length * 3) / 4);
  return 2 + Buffer.byteLength(cell);
}
