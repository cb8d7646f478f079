import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import type { PipelineDefinition, Step } from '../../../shared/definitions/schemas/pipeline-schema';
import { findAncestors } from '../../../shared/pipelines/rules/dag';
import { textTable } from './text-table';

const destinationOf = (step: Step): string | undefined =>
  'destination' in step ? step.destination?.table : undefined;

/** The tables that a pipeline makes and makes no other tables of. */
export function findFinalTables({ steps }: PipelineDefinition): readonly string[] {
  const makers = steps.filter((step) => destinationOf(step) !== undefined);
  const used = new Set(makers.flatMap((maker) => [...findAncestors(steps, maker.id)]));
  const tables = makers.flatMap((maker) => (used.has(maker.id) ? [] : (destinationOf(maker) ?? [])));
  return [...new Set(tables)];
}

const tableShape = z.object({
  numRows: z.coerce.number().default(0),
  schema: z.object({ fields: z.array(z.object({ name: z.string() })) }),
});
const rowsShape = z.array(z.record(z.string(), z.unknown()));

/** How many rows a table has, and the first of them. */
export async function describeTable(
  bigquery: BigQuery,
  datasetId: string,
  tableId: string,
  maxRows: number,
): Promise<string> {
  const table = bigquery.dataset(datasetId).table(tableId);
  const [metadata]: readonly unknown[] = await table.getMetadata();
  const { numRows, schema } = tableShape.parse(metadata);
  const names = schema.fields.map(({ name }) => name);
  const [rows]: readonly unknown[] = await table.getRows({ maxResults: maxRows, autoPaginate: false });
  const texts = rowsShape.parse(rows).map((row) => names.map((name) => textOf(row[name])));
  return `${tableId}: ${numRows} rows\n${textTable(names, texts)}`;
}

const wrappedShape = z.object({ value: z.string() });

/** Dates come in objects of the client's own, long decimals in objects that print themselves. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value !== 'object') return String(value);
  const wrapped = wrappedShape.safeParse(value);
  if (wrapped.success) return wrapped.data.value;
  if (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype) return JSON.stringify(value);
  return String(value);
}
