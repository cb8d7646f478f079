import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BigQueryError } from '../bigquery-error';
import { createUpload, type Received } from './upload';

interface Session {
  /** The metadata that it began with, as JSON. */
  readonly text: string;
  readonly folder: string;
  readonly path: string;
  bytes: number;
}

/** What came of a request with data: all of it is there, or so many bytes are. */
export type Progress = { readonly received: Received } | { readonly bytes: number };

export type ResumableUploads = ReturnType<typeof createResumableUploads>;

/** The most sessions that are kept: who never ends theirs loses it to others. */
const mostSessions = 100;

export const isResumable = (url: string): boolean => /[?&]uploadType=resumable\b/.test(url);

/**
 * Uploads in pieces: a session begins with the metadata, and is given the data by requests that say which bytes
 * they carry.
 * https://cloud.google.com/bigquery/docs/reference/api-uploads#resumable
 */
export function createResumableUploads() {
  const sessions = new Map<string, Session>();
  const discard = ({ folder }: Session) => rm(folder, { recursive: true, force: true });

  return {
    /** Returns the session's id. */
    async begin(text: string): Promise<string> {
      const folder = await mkdtemp(join(tmpdir(), `upload-${process.pid}-`));
      const path = join(folder, 'data');
      await (await open(path, 'wx')).close();
      const id = randomUUID();
      sessions.set(id, { text, folder, path, bytes: 0 });
      const [[oldest, abandoned] = []] = sessions;
      if (sessions.size > mostSessions && oldest !== undefined && abandoned !== undefined) {
        sessions.delete(oldest);
        await discard(abandoned);
      }
      return id;
    },

    /** @throws BigQueryError `notFound` for a session that there is not, `badRequest` for bytes out of order */
    async take(id: string, request: IncomingMessage): Promise<Progress> {
      const session = sessions.get(id);
      if (session === undefined) throw new BigQueryError('notFound', `Not found: Upload ${id}`);
      const { first, total } = rangeOf(request);
      if (first !== undefined && first !== session.bytes) {
        throw new BigQueryError(
          'badRequest',
          `Expected bytes from ${session.bytes} on, given from ${first} on.`,
        );
      }
      const file = await open(session.path, 'a');
      try {
        for await (const chunk of request) {
          await file.write(chunk);
          session.bytes += chunk.length;
        }
      } finally {
        await file.close();
      }
      if (session.bytes < (total ?? Number.POSITIVE_INFINITY)) return { bytes: session.bytes };
      sessions.delete(id);
      const upload = createUpload(session.path, session.bytes, () => discard(session));
      return { received: { text: session.text, upload } };
    },

    /** Removes what is left of sessions that were not ended. */
    close(): void {
      for (const { folder } of sessions.values()) rmSync(folder, { recursive: true, force: true });
      sessions.clear();
    },
  };
}

/**
 * Which bytes a request carries: of `bytes 0-99/200` or `bytes 0-99/*` from 0 on. Without the header, all; of a
 * bytes *\/200, which asks how far it came, none.
 */
function rangeOf({ headers }: IncomingMessage): { first: number | undefined; total: number | undefined } {
  const range = headers['content-range'];
  if (range === undefined) return { first: 0, total: 0 };
  const [, first, total = '*'] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(range) ?? [];
  return {
    first: first === undefined ? undefined : Number(first),
    total: total === '*' ? undefined : Number(total),
  };
}
