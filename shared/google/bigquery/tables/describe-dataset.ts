import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import { forEachBounded } from '../../../support/for-each';
import { within } from '../../../support/time-limits';

/** A table of a dataset, as BigQuery tells of it. */
export interface DescribedTable {
  readonly table_id: string;
  /** TABLE, VIEW, MATERIALIZED_VIEW, EXTERNAL or SNAPSHOT. */
  readonly type: string;
  /** Null where BigQuery keeps no count, as of a view. What is in the streaming buffer is left out. */
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly created_at: Date;
  readonly last_modified_at: Date;
}

export interface DescribedDataset {
  readonly location: string;
  readonly created_at: Date;
  /** By their ids. */
  readonly tables: readonly DescribedTable[];
}

/** Free of charge: a call for the dataset, one for its tables and one for each. Rejects with 404 where it is missing. */
export type DescribeDataset = (dataset: string) => Promise<DescribedDataset>;

/** BigQuery's REST interface writes 64-bit numbers as text, and times in milliseconds. */
const number = z.string().regex(/^\d+$/).transform(Number);
const time = number.transform((ms) => new Date(ms));

const datasetSchema = z.object({ location: z.string(), creationTime: time });
const tableSchema = z.object({
  type: z.string(),
  numRows: number.optional(),
  numBytes: number.optional(),
  creationTime: time,
  lastModifiedTime: time,
});

/** For each of its calls, in milliseconds. */
const longestCallMs = 12_000;
const callsAtOnce = 8;

export const createDescribeDataset =
  (bigquery: BigQuery): DescribeDataset =>
  async (id) => {
    const dataset = bigquery.dataset(id);
    const [[metadata], [listed]] = await within(
      longestCallMs,
      'BigQuery',
      Promise.all([dataset.getMetadata(), dataset.getTables()]),
    );
    const tables: DescribedTable[] = [];
    await forEachBounded(listed, callsAtOnce, async (table) => {
      const [described] = await within(longestCallMs, 'BigQuery', table.getMetadata());
      const { type, numRows, numBytes, creationTime, lastModifiedTime } = tableSchema.parse(described);
      tables.push({
        table_id: table.id ?? '',
        type,
        rows: numRows ?? null,
        bytes: numBytes ?? null,
        created_at: creationTime,
        last_modified_at: lastModifiedTime,
      });
    });
    const { location, creationTime } = datasetSchema.parse(metadata);
    return {
      location,
      created_at: creationTime,
      tables: tables.sort((one, other) => (one.table_id < other.table_id ? -1 : 1)),
    };
  };
