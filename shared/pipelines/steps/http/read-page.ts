import type { HttpStep } from '../../../definitions/schemas/pipeline-schema';
import type { HttpsAnswer } from '../../../internet/https-request';
import { checkStatus, notAnsweredInTime, refuse } from './api-failures';
import { createCsvPage } from './csv-page';
import type { HttpsGet } from './https-get';
import { memberAt, readJsonPage } from './json-page';
import type { PageAnswer, PageRequest } from './next-page';
import type { SecretGuard } from './secret';
import type { Spool } from './spool';

export interface PageSource {
  readonly step: HttpStep;
  readonly headers: Readonly<Record<string, string>>;
  readonly guard: SecretGuard;
  readonly get: HttpsGet;
  readonly now: () => Date;
}

/**
 * The largest answer of JSON, in bytes. It is read in memory as a whole, which takes three to thirteen times
 * its size for a moment, depending on what it holds, and thirty times at worst. CSV is not held in memory.
 */
export const largestJsonPage = 8 * 1024 * 1024;

export interface PagePlace {
  readonly page: PageRequest;
  readonly spool: Spool;
  readonly bytesLeft: number;
}

export interface ReadPage {
  readonly answer: PageAnswer;
  readonly bytes: number;
}

/**
 * Reads a page into the file. Throws a KnownFailure that says what was expected, a connection's error, or the
 * reason of `until`.
 */
export async function readPage(source: PageSource, place: PagePlace, until: AbortSignal): Promise<ReadPage> {
  const { step, get, headers, now } = source;
  const time = AbortSignal.timeout(step.request_timeout_seconds * 1000);
  // Always aborted in the end: an answer that is not read to its end holds a connection.
  const over = new AbortController();
  try {
    const answer = await get(place.page.url, headers, AbortSignal.any([until, time, over.signal]));
    checkStatus(answer, now());
    if (!['identity', undefined].includes(answer.headers['content-encoding'])) {
      throw refuse('invalid_data', 'the answer is compressed, expected one that is not.');
    }
    const read = step.format === 'JSON' ? readJson : readCsv;
    const { bytes, ...rest } = await read(source, place, answer);
    return { bytes, answer: { ...rest, link: [answer.headers.link].flat().join(', ') } };
  } catch (error) {
    until.throwIfAborted();
    throw time.aborted ? notAnsweredInTime(step.request_timeout_seconds) : error;
  } finally {
    over.abort();
  }
}

type Read = Omit<PageAnswer, 'link'> & { readonly bytes: number };

async function readJson(source: PageSource, place: PagePlace, { body }: HttpsAnswer): Promise<Read> {
  const { step, guard } = source;
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    checkSize(step, place, bytes);
    if (bytes > largestJsonPage) {
      throw refuse(
        'resources_exceeded',
        `the answer is larger than ${largestJsonPage} bytes: ask for smaller pages.`,
      );
    }
    pieces.push(piece);
  }
  const { lines, next, records } = toLines(pieces.splice(0), step, guard);
  const length = lines.reduce((sum, line) => sum + line.length, 0);
  // Some lines are longer than what they were made of.
  checkSize(step, place, length);
  for (const line of lines.splice(0)) await place.spool.append(line);
  return { next, hasRecords: records > 0, bytes: Math.max(bytes, length) };
}

/** All at once, so that only one page at a time takes memory beyond its result. */
function toLines(pieces: readonly Buffer[], { records: path, paging }: HttpStep, guard: SecretGuard) {
  const { value, lines, records } = readJsonPage(Buffer.concat(pieces), path);
  const written: Buffer[] = [];
  for (const text of lines) {
    guard.check(text);
    written.push(Buffer.from(text));
  }
  const next = paging !== undefined && 'path' in paging ? memberAt(value, paging.path) : undefined;
  return { lines: written, next, records };
}

async function readCsv({ step, guard }: PageSource, place: PagePlace, { body }: HttpsAnswer): Promise<Read> {
  const { spool, page } = place;
  const csv = createCsvPage(step.csv, page.number === 1);
  const check = guard.checkPieces();
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    checkSize(step, place, bytes);
    check(piece);
    await spool.append(csv.take(piece));
  }
  if (spool.isInLine()) await spool.append(Buffer.from('\n'));
  return { hasRecords: csv.hasRecords(), bytes };
}

function checkSize({ max_bytes }: HttpStep, { bytesLeft }: PagePlace, bytes: number): void {
  if (bytes <= bytesLeft) return;
  throw refuse('resources_exceeded', `the answers are larger than its max_bytes, ${max_bytes}.`);
}
