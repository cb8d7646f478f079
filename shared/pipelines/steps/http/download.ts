import { KnownFailure } from '../../../google/bigquery/failures';
import { unlessAborted } from '../../../support/time-limits';
import { describeFailure, refuse } from './api-failures';
import type { ByteBudget, Reservation } from './byte-budget';
import { firstPage, nextPage, type PageRequest } from './next-page';
import { largestJsonPage, type PageSource, readPage } from './read-page';
import { createSpool } from './spool';

export interface DownloadSource extends PageSource {
  /** With the query of its first page. */
  readonly url: URL;
  /** Where its bytes are counted. */
  readonly budget?: ByteBudget | undefined;
  /** For reading alone, without the pauses between tries, in milliseconds. */
  readonly longestMs?: number | undefined;
}

export interface Download {
  /**
   * Reads all pages into a file, and resolves to its path. Called again after a failure, it goes on with the
   * page that failed. Throws a KnownFailure that names the request and says what was expected.
   */
  readonly finish: (until: AbortSignal) => Promise<string>;
  /** Whether it waits for room for its bytes, and has requested nothing yet. */
  readonly isWaiting: () => boolean;
  /** Removes the file and gives its room back. */
  readonly close: () => Promise<void>;
}

export function createDownload(source: DownloadSource): Download {
  const { step, url, budget } = source;
  const spool = createSpool();
  const asked = new Set<string>();
  let room: Reservation | undefined;
  let hasBegun = false;
  let readMs = 0;
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

  const readAll = async (until: AbortSignal): Promise<void> => {
    while (next !== undefined) {
      const { number } = next;
      try {
        next = await readNext(next, until);
      } catch (error) {
        throw describeFailure(error, `GET ${url.origin}${url.pathname}, page ${number}`);
      }
    }
  };

  return {
    async finish(until) {
      room ??= budget?.reserve(mostInMemory(source));
      if (room !== undefined) await unlessAborted(room.granted, until);
      hasBegun = true;
      const startedAt = performance.now();
      const time = timeLeft(source, readMs);
      try {
        await readAll(AbortSignal.any([until, time]));
      } catch (error) {
        until.throwIfAborted();
        throw time.aborted ? tooLong(source) : error;
      } finally {
        readMs += performance.now() - startedAt;
      }
      return await spool.path();
    },
    isWaiting: () => room !== undefined && !hasBegun,
    async close() {
      try {
        await spool.close();
      } finally {
        room?.giveBack();
      }
    },
  };
}

/** The file, and a page that is not in it yet. */
const mostInMemory = ({ step }: DownloadSource): number =>
  step.format === 'JSON' ? step.max_bytes + Math.min(step.max_bytes, largestJsonPage) : step.max_bytes;

const timeLeft = ({ longestMs }: DownloadSource, readMs: number): AbortSignal =>
  longestMs === undefined
    ? new AbortController().signal
    : AbortSignal.timeout(Math.max(0, Math.ceil(longestMs - readMs)));

/** Permanent, because the next delivery would begin with the first page again. */
function tooLong({ longestMs = 0 }: DownloadSource): KnownFailure {
  const message = `Its download takes longer than ${Math.round(longestMs / 1000)} seconds, which is what one delivery of its run has for it: ask for less, or in several steps.`;
  return new KnownFailure({ kind: 'permanent', code: 'timed_out', reason: 'http', message });
}
