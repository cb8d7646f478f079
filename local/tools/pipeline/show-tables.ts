import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import type { PipelineDefinition, Step } from '../../../shared/definitions/schemas/pipeline-schema';
import { findAncestors } from '../../../shared/pipelines/rules/dag';

const destinationOf = (step: Step): string | undefined =>
  'destination' in step ? step.destination?.table : undefined;

/** The tables that a pipeline makes and does not read again. */
export function findFinalTables({ steps }: PipelineDefinition): readonly string[] {
  const makers = steps.filter((step) => destinationOf(step) !== undefined);
  const used = new Set(makers.flatMap((maker) => [...findAncestors(steps, maker.id)]));
  const tables = makers.flatMap((maker) => (used.has(maker.id) ? [] : (destinationOf(maker) ?? [])));
  return [...new Set(tables)];
}

const tableSchema = z.object({
  numRows: z.coerce.number().default(0),
  schema: z.object({ fields: z.array(z.object({ name: z.string() })) }),
});
const rowsSchema = z.array(z.record(z.string(), z.unknown()));

/** How many rows a table has, and the first of them. */
export async function describeTable(
  bigquery: BigQuery,
  datasetId: string,
  tableId: string,
  maxRows: number,
): Promise<string> {
  const table = bigquery.dataset(datasetId).table(tableId);
  const [metadata]: readonly unknown[] = await table.getMetadata();
  const { numRows, schema } = tableSchema.parse(metadata);
  const names = schema.fields.map(({ name }) => name);
  const [rows]: readonly unknown[] = await table.getRows({ maxResults: maxRows, autoPaginate: false });
  const texts = rowsSchema.parse(rows).map((row) => names.map((name) => cellText(row[name])));
  return `${tableId}: ${numRows} rows\n${textTable(names, texts)}`;
}

const wrappedSchema = z.object({ value: z.string() });

/**
 * The client wraps dates in objects with a `value`, and gives long decimals as objects that print themselves.
 */
function cellText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value !== 'object') return String(value);
  const wrapped = wrappedSchema.safeParse(value);
  if (wrapped.success) return wrapped.data.value;
  if (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype) return JSON.stringify(value);
  return String(value);
}

const widestColumn = 32;
const widestTable = 160;

/** Rows as aligned text. What is too wide is cut; columns that do not fit are counted and named below. */
export function textTable(names: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = names.map((name, column) =>
    Math.min(widestColumn, Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0))),
  );
  const shown = countFitting(widths);
  const line = (values: readonly string[], pad: (text: string, width: number) => string) =>
    values
      .slice(0, shown)
      .map((value, column) => pad(cut(value, widths[column] ?? 0), widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const left = (text: string, width: number) => text.padEnd(width);
  const aligned = (text: string, width: number) =>
    /^-?[\d.]+(e-?\d+)?$/i.test(text) ? text.padStart(width) : text.padEnd(width);
  return [
    line(names, left),
    line(
      widths.map((width) => '-'.repeat(width)),
      left,
    ),
    ...rows.map((row) => line(row, aligned)),
    ...(shown < names.length
      ? [`and ${names.length - shown} more columns: ${names.slice(shown).join(', ')}`]
      : []),
  ].join('\n');
}

/** How many columns fit; at least one. */
function countFitting(widths: readonly number[]): number {
  let total = 0;
  const over = widths.findIndex((width, column) => {
    total += width + 2;
    return column > 0 && total > widestTable;
  });
  return over < 0 ? widths.length : over;
}

function cut(text: string, width: number): string {
  const plain = text.replace(/[\r\n\t]/g, ' ');
  return plain.length > width ? `${plain.slice(0, width - 1)}…` : plain;
}
