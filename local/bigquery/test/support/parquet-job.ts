import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runLoadJob, valuesOfTable } from './load-job';
import type { LocalBigQuery } from './local-bigquery';

/** A file that parquet/make-files.py made. */
export const bytesOf = (name: string) => readFileSync(join(__dirname, '../jobs/parquet', `${name}.parquet`));

/** Loads such files into a table of the dataset `ds`, without a schema unless the options have one. */
export function loadParquet(
  local: LocalBigQuery,
  table: string,
  names: string | readonly string[],
  options: object = {},
) {
  const files = [names].flat();
  for (const name of files) local.putFile('bucket', `${name}.parquet`, bytesOf(name));
  const uris = files.map((name) => `gs://bucket/${name}.parquet`);
  return runLoadJob(local, table, uris, { schema: undefined, sourceFormat: 'PARQUET', ...options });
}

/**
 * The rows of the table after such a load, which has no fault; records are arrays of their fields' values.
 */
export async function rowsOfParquet(
  local: LocalBigQuery,
  table: string,
  names: string | readonly string[],
  options?: object,
): Promise<unknown[][]> {
  const { status } = await loadParquet(local, table, names, options);
  expect(status).toEqual({ state: 'DONE' });
  return (await valuesOfTable(local, table)).map((row) => row.map(plain));
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item.v));
  if (typeof value !== 'object' || value === null || !('f' in value) || !Array.isArray(value.f)) return value;
  return value.f.map((field) => plain(field.v));
}

export async function schemaOfTable(local: LocalBigQuery, table: string): Promise<unknown> {
  const [{ schema }] = await local.client.dataset('ds').table(table).getMetadata();
  return schema.fields;
}

export const field = (name: string, type: string, mode = 'NULLABLE', fields?: object[]) => ({
  name,
  type,
  mode,
  ...(fields && { fields }),
});

/** The status of a job that failed over a file. */
export const refusal = (detail: string, name: string) => {
  const location = `gs://bucket/${name}.parquet`;
  const message = `Error while reading data, error message: ${detail} File: ${location}`;
  return { state: 'DONE', errorResult: { reason: 'invalid', message, location }, errors: expect.anything() };
};
