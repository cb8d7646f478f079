import type { Stats } from 'node:fs';
import { lstat, mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { BigQueryError } from '../bigquery-error';

/**
 * Cloud Storage has no links, and a link could lead out of a bucket: none is followed, in a bucket, in its
 * place or beside it. The folder that stands for Cloud Storage may itself be one: whoever started this server
 * chose it.
 */
export interface BucketPlace {
  readonly gcsDirectory: string;
  /** The bucket, and the parts of the object's name. */
  readonly parts: readonly string[];
  /** As it is named in errors. */
  readonly uri: string;
}

/**
 * What is at a place, and its path; undefined if there is nothing.
 * @throws BigQueryError `invalid` where a symbolic link is in the way
 */
export async function lookAt(
  place: BucketPlace,
): Promise<{ readonly path: string; readonly stats: Stats } | undefined> {
  const root = await realpath(place.gcsDirectory).catch(() => undefined);
  if (root === undefined) return undefined;
  let path = root;
  let stats: Stats | undefined;
  for (const part of place.parts) {
    path = join(path, part);
    stats = await lstat(path).catch(() => undefined);
    if (stats === undefined) return undefined;
    if (stats.isSymbolicLink()) throw linkInTheWay(place.uri);
  }
  return stats && { path, stats };
}

/**
 * The path of a folder, which is made if it is not there, with those above it.
 * @throws BigQueryError `invalid` where something that is no folder is in the way, as a symbolic link
 */
export async function makeFolder({ gcsDirectory, parts, uri }: BucketPlace): Promise<string> {
  await mkdir(gcsDirectory, { recursive: true });
  let path = await realpath(gcsDirectory);
  for (const part of parts) {
    path = join(path, part);
    await mkdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    const stats = await lstat(path);
    if (stats.isSymbolicLink()) throw linkInTheWay(uri);
    if (!stats.isDirectory()) {
      throw new BigQueryError('invalid', `${uri}: a file is in the place of a folder.`, uri);
    }
  }
  return path;
}

export const linkInTheWay = (uri: string): BigQueryError =>
  new BigQueryError('invalid', `${uri}: a symbolic link is in the way; links are not followed locally.`, uri);
