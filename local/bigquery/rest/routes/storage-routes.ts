import { BigQueryError } from '../../bigquery-error';
import { findSources, openHere } from '../../jobs/load/source-files';
import type { RestRequest, RestRoute } from '../router';

/** Of a range. */
const mostBytes = 1024 * 1024;

/**
 * What reads the files of gs:// URIs, of Cloud Storage's JSON API: objects.list with a prefix, and objects.get
 * with alt=media, whole or a range from 0.
 * https://cloud.google.com/storage/docs/json_api/v1
 */
export function storageRoutes(gcsDirectory: string): RestRoute[] {
  const path = '/storage/v1/b/:bucket/o';
  return [
    { method: 'GET', path, handle: (request) => list(gcsDirectory, request) },
    { method: 'GET', path: `${path}/:object`, handle: (request) => read(gcsDirectory, request) },
  ];
}

async function list(gcsDirectory: string, { params, query }: RestRequest): Promise<object> {
  const prefix = query.get('prefix') ?? '';
  const start = `gs://${params.bucket}/`;
  const files = await findSources(gcsDirectory, [`${start}${prefix}*`]).catch((error: unknown) => {
    if (error instanceof BigQueryError && error.reason === 'notFound') return [];
    throw error;
  });
  const items = files.map(({ uri, bytes, updatedAt }) => ({
    name: uri.slice(start.length),
    size: String(bytes),
    updated: updatedAt?.toISOString(),
  }));
  return { kind: 'storage#objects', items };
}

async function read(gcsDirectory: string, { params, query, headers }: RestRequest): Promise<object> {
  if (query.get('alt') !== 'media') {
    throw new BigQueryError('notImplemented', 'Only the media of objects is served locally: alt=media.');
  }
  const [source] = await findSources(gcsDirectory, [`gs://${params.bucket}/${params.object}`]);
  if (source === undefined) throw new BigQueryError('notFound', 'Not found');
  const last = /^bytes=0-(\d+)$/.exec(headers.range ?? '')?.[1];
  const asked = last === undefined ? source.bytes : Math.min(Number(last) + 1, mostBytes);
  const buffer = Buffer.alloc(Math.min(source.bytes, asked));
  const file = await openHere(source);
  try {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
