import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import { within } from '../../../support/time-limits';
import { isNotFound } from '../failures';

/** Whether a table may have rows that were written since then; false where there is no such table. Free of charge. */
export type MayHaveRowsSince = (dataset: string, table: string, since: Date) => Promise<boolean>;

/** `lastModifiedTime` is moved when streamed rows leave the buffer, which is told of as long as it has any. */
const metadataSchema = z.object({
  lastModifiedTime: z.string().regex(/^\d+$/).transform(Number),
  streamingBuffer: z.unknown().optional(),
});

/** In milliseconds. */
const longestCallMs = 12_000;

/** https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#Table */
export const createMayHaveRowsSince =
  (bigquery: BigQuery): MayHaveRowsSince =>
  async (dataset, table, since) => {
    try {
      const asked = bigquery.dataset(dataset).table(table).getMetadata();
      const [metadata]: readonly unknown[] = await within(longestCallMs, 'BigQuery', asked);
      const { lastModifiedTime, streamingBuffer } = metadataSchema.parse(metadata);
      return streamingBuffer !== undefined || lastModifiedTime >= since.getTime();
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  };
