import { BigQueryError } from '../../errors';
import type { Cell, Field } from '../../model';
import type { QueryRows } from '../job';
import type { ExtractConfiguration } from '../job-configuration';
import { textOf } from './texts';

/**
 * The lines of a CSV file as BigQuery exports it: null is nothing, the empty text "", and quotes stand where they must.
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
  return typeof cell === 'string' ? textOf(cell, field) : undefined;
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
