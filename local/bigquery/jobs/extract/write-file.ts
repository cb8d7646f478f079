import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { currentTag } from '../../store/table-commits';

/** Files that are being written: in a folder that no bucket can be called, so that nobody reads them. */
const writingFolder = '.writing';
const chunkLength = 64 * 1024;

/**
 * Writes lines beside, and puts the file into its place in one step: who reads it finds the old one or all of the new one.
 * @throws BigQueryError `stopped` where the job was cancelled meanwhile: then nothing is there
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
