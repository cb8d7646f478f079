import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';

/** The names of a table's columns, in their order. A request, and no statement. Throws BigQuery's error. */
export type ReadColumns = (datasetId: string, tableId: string) => Promise<readonly string[]>;

const columnsSchema = z.object({
  schema: z.object({ fields: z.array(z.object({ name: z.string() })).default([]) }).default({ fields: [] }),
});

export const createReadColumns =
  (bigquery: BigQuery): ReadColumns =>
  async (datasetId, tableId) => {
    const [metadata]: readonly unknown[] = await bigquery.dataset(datasetId).table(tableId).getMetadata();
    return columnsSchema.parse(metadata).schema.fields.map(({ name }) => name);
  };
