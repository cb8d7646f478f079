import type { HttpsAnswer, HttpsGet } from '../../adapters/https/get';
import type { HttpStep } from '../../definitions/pipeline-shape';
import { createCsvPage } from './csv-page';
import { checkStatus, describeFailure, notAnsweredInTime, refuse } from './failures';
import { readJsonPage } from './json-page';
import { firstPage, nextPage, type PageAnswer, type PageRequest } from './paging';
import type { SecretGuard } from './secret';
import { createSpool, type Spool } from './spool';

export interface DownloadSource {
  readonly step: HttpStep;
  /** With the query of its first page. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly guard: SecretGuard;
  readonly get: HttpsGet;
  readonly now: () => Date;
}

export interface Download {
  /**
   * Reads all pages into a file, and resolves to its path. After a failure it goes on with the page that failed. Throws a
   * KnownFailure that says which request it was and what was expected.
   */
  readonly finish: (until: AbortSignal) => Promise<string>;
  /** Removes the file. */
  readonly close: () => Promise<void>;
}

/** Bytes of an answer of JSON, which is held in memory as a whole. CSV goes to the file as it comes. */
const largestJsonPage = 16 * 1024 * 1024;

export function createDownload(source: DownloadSource): Download {
  const { step, url } = source;
  const spool = createSpool();
  const asked = new Set<string>();
  let next: PageRequest | undefined = firstPage(url, step.paging);
  let bytes = 0;

  const readNext = async (page: PageRequest, until: AbortSignal): Promise<PageRequest | undefined> => {
    if (page.number > step.max_pages) {
      throw refuse('resources_exceeded', `there are more pages than its max_pages, ${step.max_pages}.`);
    }
    const length = spool.length();
    try {
      const read = await readPage(source, { page, spool, bytesLeft: step.max_bytes - bytes }, until);
      const following = nextPage(page, step.paging, read.answer);
      asked.add(page.url.href);
      if (following && asked.has(following.url.href)) {
        throw refuse('invalid_data', 'it names a next page that was read before.');
      }
      bytes += read.bytes;
      return following;
    } catch (error) {
      await spool.cutBack(length);
      throw error;
    }
  };

  return {
    async finish(until) {
      while (next !== undefined) {
        const { number } = next;
        try {
          next = await readNext(next, until);
        } catch (error) {
          throw describeFailure(error, `GET ${url.origin}${url.pathname}, page ${number}`);
        }
      }
      return await spool.path();
    },
    close: spool.close,
  };
}

interface Place {
  readonly page: PageRequest;
  readonly spool: Spool;
  readonly bytesLeft: number;
}

interface ReadPage {
  readonly answer: PageAnswer;
  readonly bytes: number;
}

async function readPage(source: DownloadSource, place: Place, until: AbortSignal): Promise<ReadPage> {
  const { step, get, headers, now } = source;
  const time = AbortSignal.timeout(step.request_timeout_seconds * 1000);
  // Aborted in the end in any case: an answer that is not read to its end holds a connection.
  const over = new AbortController();
  try {
    const answer = await get(place.page.url, headers, AbortSignal.any([until, time, over.signal]));
    checkStatus(answer, now());
    if (!['identity', undefined].includes(answer.headers['content-encoding'])) {
      throw refuse('invalid_data', 'the answer is packed, expected one that is not.');
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

async function readJson({ step, guard }: DownloadSource, place: Place, { body }: HttpsAnswer): Promise<Read> {
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
  const { value, lines, records } = readJsonPage(Buffer.concat(pieces), step.records);
  guard.check(lines);
  await place.spool.append(Buffer.from(lines));
  return { value, hasRecords: records > 0, bytes };
}

async function readCsv({ step, guard }: DownloadSource, place: Place, { body }: HttpsAnswer): Promise<Read> {
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

function checkSize({ max_bytes }: HttpStep, { bytesLeft }: Place, bytes: number): void {
  if (bytes <= bytesLeft) return;
  throw refuse('resources_exceeded', `the answers are larger than its max_bytes, ${max_bytes}.`);
}
