import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { LocalBigQuery } from './local-bigquery';

export const columns = [
  { name: 'id', type: 'INTEGER' },
  { name: 'name', type: 'STRING' },
  { name: 'cost', type: 'BIGNUMERIC' },
  { name: 'at', type: 'TIMESTAMP' },
];

/** Starts a load job into a table of the dataset `ds` and waits until it is done, however it ended. */
export async function runLoadJob(
  local: LocalBigQuery,
  table: string,
  uris: string | string[],
  options: object = {},
) {
  const jobId = randomUUID();
  const configuration = {
    load: {
      sourceUris: [uris].flat(),
      destinationTable: { projectId: 'local', datasetId: 'ds', tableId: table },
      schema: { fields: columns },
      ...options,
    },
  };
  const [job] = await local.client.createJob({ jobId, configuration });
  let [metadata] = await job.getMetadata();
  while (metadata.status.state !== 'DONE') [metadata] = await job.getMetadata();
  return metadata;
}

const pageSchema = z.object({ rows: z.array(z.object({ f: z.array(z.object({ v: z.unknown() })) })) });

/** The rows of a table of the dataset `ds`, as REST sends them. */
export async function valuesOfTable(local: LocalBigQuery, table: string): Promise<unknown[][]> {
  const path = `/projects/local/datasets/ds/tables/${table}/data?formatOptions.useInt64Timestamp=true`;
  const response = await fetch(local.url + path);
  return pageSchema.parse(await response.json()).rows.map(({ f }) => f.map(({ v }) => v));
}
