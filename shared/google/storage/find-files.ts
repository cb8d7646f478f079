import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import { createGetFromStorage } from './storage-requests';

/** A file of Cloud Storage. */
export interface FoundFile {
  readonly uri: string;
  readonly bytes: number;
  readonly updatedAt: Date;
}

/** Files that a URI names, by name. */
export interface FoundFiles {
  readonly files: readonly FoundFile[];
  /** Whether these are all of them. */
  readonly areAll: boolean;
}

/**
 * The files that a gs:// URI names, `*` in it standing for any text. Undefined where they cannot be looked at, such
 * as for lack of a right. Rejects only with the signal's reason.
 */
export type FindFiles = (uri: string, signal?: AbortSignal) => Promise<FoundFiles | undefined>;

/** As many as Cloud Storage tells of at once: https://cloud.google.com/storage/docs/json_api/v1/objects/list */
const mostFiles = 1_000;
const longestMs = 10_000;

const listSchema = z.object({
  items: z
    .array(z.object({ name: z.string(), size: z.coerce.number(), updated: z.coerce.date() }))
    .default([]),
  nextPageToken: z.string().optional(),
});

/** One request for each URI. */
export function createFindFiles(bigquery: BigQuery): FindFiles {
  const get = createGetFromStorage(bigquery);
  return async (uri, signal) => {
    const [, bucket = '', name = ''] = /^gs:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
    const [prefix = '', suffix] = name.split('*');
    const query = new URLSearchParams({
      prefix,
      fields: 'items(name,size,updated),nextPageToken',
      maxResults: String(mostFiles),
    });
    const timeUp = AbortSignal.timeout(longestMs);
    try {
      const until = signal === undefined ? timeUp : AbortSignal.any([signal, timeUp]);
      const { bytes } = await get(`${encodeURIComponent(bucket)}/o?${query}`, until);
      const { items, nextPageToken } = listSchema.parse(JSON.parse(bytes.toString('utf8')));
      const isNamed = (each: string): boolean =>
        suffix === undefined
          ? each === name
          : each.endsWith(suffix) && each.length >= prefix.length + suffix.length;
      return {
        files: items
          .filter((item) => isNamed(item.name))
          .map((item) => ({
            uri: `gs://${bucket}/${item.name}`,
            bytes: item.size,
            updatedAt: item.updated,
          })),
        // The file of a plain name comes first among those that begin with it.
        areAll: nextPageToken === undefined || suffix === undefined,
      };
    } catch {
      signal?.throwIfAborted();
      return undefined;
    }
  };
}
