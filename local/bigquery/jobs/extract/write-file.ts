import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { currentTag } from '../../store/table-commits';
import { type BucketPlace, makeFolder } from '../bucket-folders';

/** Files being written stand in a folder whose name no bucket can have, so that nobody reads them. */
const writingFolder = '.writing';
const chunkLength = 64 * 1024;

/**
 * Writes the lines to another file first and moves it into place in one step: readers find the old file or
 * all of the new one. A symbolic link at the file's own place is replaced, not followed.
 * @throws BigQueryError `invalid` where a symbolic link leads there, `stopped` where the job was cancelled
 *   meanwhile: then nothing is written
 */
export async function writeFile(place: BucketPlace, lines: Iterable<string>, isGzip: boolean): Promise<void> {
  const folder = { ...place, parts: place.parts.slice(0, -1) };
  await makeFolder(folder);
  const beside = join(await makeFolder({ ...place, parts: [writingFolder] }), randomUUID());
  try {
    const file = createWriteStream(beside, { flush: true });
    const source = Readable.from(chunksOf(lines));
    await (isGzip ? pipeline(source, createGzip(), file) : pipeline(source, file));
    // Asked again, because a link may have come while the lines were written.
    const target = join(await makeFolder(folder), place.parts.at(-1) ?? '');
    currentTag()?.mayCommit();
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncFolder(await makeFolder(folder));
}

function* chunksOf(lines: Iterable<string>): Generator<Buffer> {
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length < chunkLength) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  yield Buffer.from(chunk);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
