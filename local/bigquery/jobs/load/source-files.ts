import { constants } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BigQueryError } from '../../bigquery-error';
import { type BucketPlace, linkInTheWay, lookAt } from '../bucket-folders';

/** A file of the local Cloud Storage. */
export interface SourceFile {
  readonly uri: string;
  readonly path: string;
  readonly bytes: number;
  /** When it was written. Absent for an upload. */
  readonly updatedAt?: Date;
  /** The URI with `*` that it was found by. */
  readonly pattern?: string | undefined;
  /** Absent for an upload, which lies in no bucket. */
  readonly place?: BucketPlace;
}

/**
 * The files that gs:// URIs name; `*` in the object's name stands for any text. Symbolic links are no files.
 * @param gcsDirectory gs://bucket/path is the file bucket/path below it
 * @throws BigQueryError `invalid` for what is no such URI, has more than one `*`, or leaves the folder, also by
 *   a symbolic link; `notFound` where no file is there
 */
export async function findSources(gcsDirectory: string, uris: readonly string[]): Promise<SourceFile[]> {
  const found: SourceFile[] = [];
  for (const uri of uris) found.push(...(await findSource(gcsDirectory, uri)));
  return found;
}

async function findSource(gcsDirectory: string, uri: string): Promise<SourceFile[]> {
  const { bucket, object } = parseUri(uri, 'source');
  if (object.split('*').length > 2) throw severalStars(uri);
  const names = object.includes('*') ? await matching(gcsDirectory, { bucket, object, uri }) : [object];
  const files = await Promise.all(names.map((name) => sourceFile(gcsDirectory, bucket, name)));
  const present = files.filter((file) => file !== undefined);
  if (present.length === 0) throw new BigQueryError('notFound', `Not found: URI ${uri}`, uri);
  return object.includes('*') ? present.map((file) => ({ ...file, pattern: uri })) : present;
}

/** https://cloud.google.com/bigquery/docs/batch-loading-data#load-wildcards: "Using multiple asterisks is unsupported." */
const severalStars = (uri: string): BigQueryError =>
  new BigQueryError('invalid', `Invalid source URI: ${uri}. It can have one asterisk only.`, uri);

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

async function matching(
  gcsDirectory: string,
  { bucket, object, uri }: { readonly bucket: string; readonly object: string; readonly uri: string },
): Promise<string[]> {
  const folder = await lookAt({ gcsDirectory, parts: [bucket], uri });
  if (folder === undefined) return [];
  const parts = object.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const form = new RegExp(`^${parts.join('.*')}$`, 's');
  // With their types, folders behind links are not entered.
  const entries = await readdir(folder.path, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder.path, join(parentPath, name)).split(sep).join('/'))
    .filter((name) => form.test(name))
    .sort();
}

async function sourceFile(
  gcsDirectory: string,
  bucket: string,
  name: string,
): Promise<SourceFile | undefined> {
  const uri = `gs://${bucket}/${name}`;
  const place = { gcsDirectory, parts: [bucket, ...name.split('/')], uri };
  const found = await lookAt(place);
  return found?.stats.isFile()
    ? {
        uri,
        path: found.path,
        bytes: found.stats.size,
        updatedAt: new Date(Math.floor(found.stats.mtimeMs)),
        place,
      }
    : undefined;
}

/**
 * The file's bytes; gzip is unpacked, as BigQuery does.
 * @throws BigQueryError `invalid` where a symbolic link has come in the way
 */
export async function openSource(source: SourceFile): Promise<Readable> {
  const file = await openHere(source);
  try {
    const unpacked = (await isGzip(file)) ? createGunzip() : undefined;
    const stream = file.createReadStream({ start: 0, highWaterMark: 256 * 1024 });
    if (unpacked === undefined) return stream;
    stream.on('error', (error) => unpacked.destroy(error));
    unpacked.on('close', () => stream.destroy());
    return stream.pipe(unpacked);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Opens a file as it is. What was opened is the file that stands at its place: a link that came and went in between is
 * found.
 * @throws BigQueryError `invalid` where a symbolic link has come in the way
 */
export async function openHere({ path, place, uri }: SourceFile): Promise<FileHandle> {
  const file = await open(path, place === undefined ? 'r' : constants.O_RDONLY | constants.O_NOFOLLOW).catch(
    (error: NodeJS.ErrnoException) => {
      throw error.code === 'ELOOP' ? linkInTheWay(uri) : error;
    },
  );
  if (place === undefined) return file;
  try {
    const [opened, there] = [await file.stat(), (await lookAt(place))?.stats];
    if (opened.ino !== there?.ino || opened.dev !== there.dev) throw linkInTheWay(uri);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function isGzip(file: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
}
