import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { currentTag } from '../../store/table-commits';

/** Files being written stand in a folder whose name no bucket can have, so that nobody reads them. */
const writingFolder = '.writing';
const chunkLength = 64 * 1024;

/**
 * Writes the lines to another file first and moves it into place in one step: readers find the old file or
 * all of the new one.
 * @throws BigQueryError `stopped` where the job was cancelled meanwhile; then nothing is written
 */
export async function writeFile(
  root: string,
  path: string,
  lines: Iterable<string>,
  isGzip: boolean,
): Promise<void> {
  const beside = join(root, writingFolder, randomUUID());
  const place = join(root, path);
  await mkdir(dirname(beside), { recursive: true });
  await mkdir(dirname(place), { recursive: true });
  try {
    const file = createWriteStream(beside, { flush: true });
    const source = Readable.from(chunksOf(lines));
    await (isGzip ? pipeline(source, createGzip(), file) : pipeline(source, file));
    currentTag()?.mayCommit();
    await rename(beside, place);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncFolder(dirname(place));
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
