import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import { textTable } from '../../../client/cli';
import { loadPipelines } from '../../../shared/definitions/pipelines';
import type { PipelineDefinition, Step } from '../../../shared/definitions/schemas/pipeline-schema';
import { findAncestors } from '../../../shared/pipelines/rules/dag';

const destinationOf = (step: Step): string | undefined =>
  'destination' in step ? step.destination?.table : undefined;

/** The tables that a pipeline makes and does not read again. */
function findFinalTables({ steps }: PipelineDefinition): readonly string[] {
  const makers = steps.filter((step) => destinationOf(step) !== undefined);
  const used = new Set(makers.flatMap((maker) => [...findAncestors(steps, maker.id)]));
  const tables = makers.flatMap((maker) => (used.has(maker.id) ? [] : (destinationOf(maker) ?? [])));
  return [...new Set(tables)];
}

export interface ShownTables {
  readonly tenantId: string;
  readonly pipeline: string;
  readonly schemasDirectory: string;
  /** How many of each table at most. */
  readonly rows: number;
}

/** What a run has made, table by table. */
export async function describeFinalTables(
  bigquery: BigQuery,
  { tenantId, pipeline, schemasDirectory, rows }: ShownTables,
): Promise<readonly string[]> {
  const definition = loadPipelines(schemasDirectory).get(pipeline);
  const tables = definition === undefined ? [] : findFinalTables(definition);
  const described: string[] = [];
  for (const table of tables) described.push(await describeTable(bigquery, tenantId, table, rows));
  return described;
}

const tableSchema = z.object({
  numRows: z.coerce.number().default(0),
  schema: z.object({ fields: z.array(z.object({ name: z.string() })) }),
});
const rowsSchema = z.array(z.record(z.string(), z.unknown()));

/** How many rows a table has, and the first of them. */
async function describeTable(
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
