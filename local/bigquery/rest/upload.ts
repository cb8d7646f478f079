import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BigQueryError } from '../bigquery-error';
import type { Upload } from '../jobs/job';

export interface Received {
  /** The request's metadata, as JSON. */
  readonly text: string;
  readonly upload: Upload;
}

/** The most bytes before the data: the metadata and its frame. */
const headLimit = 10 * 1024 * 1024;

export const isUpload = (url: string): boolean => url.startsWith('/upload/');

/**
 * Takes a multipart/related body apart: JSON, then data, which is written to a file as it arrives.
 * https://cloud.google.com/bigquery/docs/reference/api-uploads#multipart
 * @throws BigQueryError `badRequest` for another kind of upload, or a body that is not of this form
 */
export async function receiveUpload(request: IncomingMessage): Promise<Received> {
  const delimiter = delimiterOf(request);
  const folder = await mkdtemp(join(tmpdir(), `upload-${process.pid}-`));
  const discard = () => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'data');
    const file = await open(path, 'wx');
    try {
      const { text, bytes } = await takeApart(request, delimiter, file);
      return { text, upload: createUpload(path, bytes, discard) };
    } finally {
      await file.close();
    }
  } catch (error) {
    await discard();
    throw error;
  }
}

/** An upload that no job has taken by the time of the answer is removed. */
export function createUpload(path: string, bytes: number, discard: () => Promise<void>): Upload {
  let isTaken = false;
  return {
    path,
    bytes,
    take() {
      isTaken = true;
    },
    discard,
    discardUnlessTaken: async () => {
      if (!isTaken) await discard();
    },
  };
}

function delimiterOf({ headers, url = '' }: IncomingMessage): string {
  const kind = new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('uploadType');
  if (kind !== 'multipart') {
    throw new BigQueryError(
      'badRequest',
      `Upload type ${kind} is not supported locally: use multipart or resumable.`,
    );
  }
  const form = /^multipart\/related;.*\bboundary=(?:"([^"]+)"|([^;\s]+))/i;
  const [, quoted, plain] = form.exec(headers['content-type'] ?? '') ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw malformed('its content type names no boundary');
  return `--${boundary}`;
}

async function takeApart(request: IncomingMessage, delimiter: string, file: FileHandle) {
  const end = Buffer.from(`\r\n${delimiter}--`);
  let head: Head | undefined;
  let pending = Buffer.alloc(0);
  let bytes = 0;
  for await (const chunk of request) {
    pending = Buffer.concat([pending, chunk]);
    if (head === undefined) {
      head = readHead(pending, delimiter);
      if (head === undefined) {
        if (pending.length > headLimit) throw malformed('its metadata is too long');
        continue;
      }
      pending = pending.subarray(head.length);
    }
    // The end mark may have begun in these bytes, so as many as its length are held back.
    const certain = pending.length - end.length - 2;
    if (certain <= 0) continue;
    await file.write(pending, 0, certain);
    bytes += certain;
    pending = pending.subarray(certain);
  }
  const last = pending.lastIndexOf(end);
  if (head === undefined || last < 0) throw malformed('it has no end');
  await file.write(pending, 0, last);
  return { text: head.text, bytes: bytes + last };
}

interface Head {
  readonly text: string;
  /** Bytes up to the data. */
  readonly length: number;
}

/** Undefined until all of it has arrived. */
function readHead(bytes: Buffer, delimiter: string): Head | undefined {
  const between = `\r\n${delimiter}\r\n`;
  const textStart = bytes.indexOf('\r\n\r\n');
  const textEnd = bytes.indexOf(between, textStart + 4);
  if (textStart < 0 || textEnd < 0) return undefined;
  const dataStart = bytes.indexOf('\r\n\r\n', textEnd + between.length - 2);
  if (dataStart < 0) return undefined;
  return { text: bytes.toString('utf8', textStart + 4, textEnd), length: dataStart + 4 };
}

const malformed = (why: string): BigQueryError =>
  new BigQueryError('badRequest', `Malformed multipart body: ${why}.`);
