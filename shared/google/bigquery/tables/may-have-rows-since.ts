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

export const createMayHaveRowsSince =
  (bigquery: BigQuery): MayHaveRowsSince =>
  async (dataset, table, since) => {
    const told = await readMetadata(bigquery, dataset, table);
    return told !== undefined && (told.hasBuffer || told.modifiedMs >= since.getTime());
  };

/**
 * Whether a table has rows that were streamed, and are not in its storage yet: that can last 90 minutes. False where
 * there is no such table. Free of charge.
 */
export type HasStreamingBuffer = (dataset: string, table: string) => Promise<boolean>;

export const createHasStreamingBuffer =
  (bigquery: BigQuery): HasStreamingBuffer =>
  async (dataset, table) =>
    (await readMetadata(bigquery, dataset, table))?.hasBuffer ?? false;

/** Undefined where there is no such table. https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#Table */
async function readMetadata(bigquery: BigQuery, dataset: string, table: string) {
  try {
    const asked = bigquery.dataset(dataset).table(table).getMetadata();
    const [metadata]: readonly unknown[] = await within(longestCallMs, 'BigQuery', asked);
    const { lastModifiedTime, streamingBuffer } = metadataSchema.parse(metadata);
    return { hasBuffer: streamingBuffer !== undefined, modifiedMs: lastModifiedTime };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
