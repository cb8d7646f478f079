import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BigQueryError } from '../../bigquery-error';

/** A file of the local Cloud Storage. */
export interface SourceFile {
  readonly uri: string;
  readonly path: string;
  readonly bytes: number;
}

/**
 * The files that gs:// URIs name; `*` in the object's name stands for any text.
 * @param gcsDirectory gs://bucket/path is the file bucket/path below it
 * @throws BigQueryError `invalid` for what is no such URI or leaves the folder, `notFound` where no file is
 *   there
 */
export async function findSources(gcsDirectory: string, uris: readonly string[]): Promise<SourceFile[]> {
  const found: SourceFile[] = [];
  for (const uri of uris) found.push(...(await findSource(gcsDirectory, uri)));
  return found;
}

async function findSource(gcsDirectory: string, uri: string): Promise<SourceFile[]> {
  const { bucket, object } = parseUri(uri, 'source');
  const folder = join(gcsDirectory, bucket);
  const names = object.includes('*') ? await matching(folder, object) : [object];
  const files = await Promise.all(
    names.map((name) => sourceFile(`gs://${bucket}/${name}`, join(folder, name))),
  );
  const present = files.filter((file) => file !== undefined);
  if (present.length === 0) throw new BigQueryError('notFound', `Not found: URI ${uri}`, uri);
  return present;
}

/** @throws BigQueryError `invalid` for what is no such URI or leaves the folder */
export function parseUri(uri: string, kind: 'source' | 'destination'): { bucket: string; object: string } {
  const [, bucket = '', object = ''] = /^gs:\/\/([a-z0-9][a-z0-9._-]*)\/(.+)$/.exec(uri) ?? [];
  const parts = object.split('/');
  const leaves = parts.some((part) => part === '..' || part === '.' || part === '') || /[\0\\]/.test(object);
  if (bucket === '' || bucket.includes('..') || leaves) {
    throw new BigQueryError(
      'invalid',
      `Invalid ${kind} URI: ${uri}. It must have the form gs://bucket/object.`,
      uri,
    );
  }
  return { bucket, object };
}

async function matching(folder: string, pattern: string): Promise<string[]> {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const form = new RegExp(`^${parts.join('.*')}$`, 's');
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  return entries.filter((name) => form.test(name)).sort();
}

async function sourceFile(uri: string, path: string): Promise<SourceFile | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? { uri, path, bytes: found.size } : undefined;
}

/** The file's bytes; gzip is unpacked, as BigQuery does. */
export async function openSource({ path }: SourceFile): Promise<Readable> {
  const stream = createReadStream(path, { highWaterMark: 256 * 1024 });
  if (!(await isGzip(path))) return stream;
  const unpacked = createGunzip();
  stream.on('error', (error) => unpacked.destroy(error));
  return stream.pipe(unpacked);
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}
