import { constants, gunzipSync } from 'node:zlib';
import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import { createGetFromStorage } from './storage-requests';

/** The first bytes of a file, unpacked where it is gzip. */
export interface FileStart {
  readonly uri: string;
  readonly bytes: Buffer;
  /** Whether these are all bytes of the file. */
  readonly isWhole: boolean;
}

/**
 * The starts of the files that a gs:// URI names, `*` in it standing for any text; of many files, of the first
 * ones by name. Empty where they cannot be read: whoever loads the files is told why. Rejects only with the signal's
 * reason.
 */
export type ReadFileStarts = (uri: string, signal: AbortSignal) => Promise<readonly FileStart[]>;

/** A header of a thousand columns is shorter. */
const startBytes = 65_536;
const mostFiles = 20;
const longestMs = 10_000;

/**
 * Reads by Cloud Storage's JSON API with the client's own authorisation: a load job needs the same rights.
 * https://cloud.google.com/storage/docs/json_api/v1/objects/get
 */
export function createReadFileStarts(bigquery: BigQuery): ReadFileStarts {
  const get = createGetFromStorage(bigquery);

  return async (uri, signal) => {
    const [, bucket = '', name = ''] = /^gs:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
    const until = AbortSignal.any([signal, AbortSignal.timeout(longestMs)]);
    try {
      const names = name.includes('*') ? await matching(bucket, name, until) : [name];
      const starts: FileStart[] = [];
      for (const each of names.slice(0, mostFiles)) starts.push(await startOf(bucket, each, until));
      return starts;
    } catch {
      signal.throwIfAborted();
      return [];
    }
  };

  async function matching(bucket: string, name: string, signal: AbortSignal): Promise<readonly string[]> {
    const [prefix = '', suffix = ''] = name.split('*');
    const query = new URLSearchParams({ prefix, fields: 'items(name)', maxResults: '1000' });
    const { bytes } = await get(`${encodeURIComponent(bucket)}/o?${query}`, signal);
    const { items } = listSchema.parse(JSON.parse(bytes.toString('utf8')));
    const least = prefix.length + suffix.length;
    return items.map((item) => item.name).filter((each) => each.endsWith(suffix) && each.length >= least);
  }

  async function startOf(bucket: string, name: string, signal: AbortSignal): Promise<FileStart> {
    const path = `${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}?alt=media`;
    // The encoding that is stored: otherwise Cloud Storage would unpack, and ignore the range.
    const headers = { Range: `bytes=0-${startBytes - 1}`, 'Accept-Encoding': 'gzip' };
    const { bytes, isEmpty } = await get(path, signal, { headers, mostBytes: startBytes });
    const isWhole = isEmpty || bytes.length < startBytes;
    return { uri: `gs://${bucket}/${name}`, bytes: unpacked(bytes), isWhole };
  }
}

const listSchema = z.object({ items: z.array(z.object({ name: z.string() })).default([]) });

/** Of a packed file only the beginning is there: what it unpacks to is. */
function unpacked(bytes: Buffer): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 16 * 1024 * 1024 });
}
