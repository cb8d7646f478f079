import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import {
  classifyFailure,
  type Failure,
  type FailureCode,
  KnownFailure,
} from '../../../google/bigquery/failures';

/** A failure that the same request would meet again. */
export const refuse = (code: FailureCode, message: string): KnownFailure =>
  new KnownFailure({ kind: 'permanent', code, reason: 'http', message });

const passing = (message: string, retryAfterMs?: number): KnownFailure =>
  new KnownFailure({ kind: 'transient', code: 'unavailable', reason: 'http', message, retryAfterMs });

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Throws a KnownFailure for an answer other than 200. It quotes nothing: an answer may repeat what was sent.
 */
export function checkStatus({ status, headers }: Answer, now: Date): void {
  if (status === 200) return;
  const answered = `answered ${status}, expected 200`;
  if (status === 408 || status === 429 || status >= 500) {
    throw passing(`${answered}.`, parseRetryAfter(headers['retry-after'], now));
  }
  if (status === 401 || status === 403) throw refuse('access_denied', `${answered}.`);
  if (status === 404 || status === 410) throw refuse('not_found', `${answered}.`);
  if (status >= 300 && status < 400) throw refuse('invalid_data', `${answered}: redirects are not followed.`);
  throw refuse('invalid_data', `${answered}.`);
}

/**
 * Milliseconds from now; undefined if it is neither form.
 * https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
 */
function parseRetryAfter(text: string | undefined, now: Date): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? undefined : Math.max(0, moment - now.getTime());
}

const codeSchema = z.object({ code: z.string() });
const certificateCodes =
  /^(CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_SSL_|EPROTO$|HOSTNAME_MISMATCH$)/;

/** What went wrong with a request, as a KnownFailure that names the request; other errors as they are. */
export function describeFailure(error: unknown, request: string): unknown {
  const failure = toFailure(error);
  if (failure === undefined) return error;
  return new KnownFailure({ ...failure, message: `${request}: ${failure.message}` });
}

function toFailure(error: unknown): Failure | undefined {
  if (error instanceof KnownFailure) return error.failure;
  const code = codeSchema.safeParse(error).data?.code ?? '';
  if (certificateCodes.test(code)) {
    return refuse('access_denied', `no secure connection (${code}).`).failure;
  }
  if (code.startsWith('HPE_')) return refuse('invalid_data', `the answer is not HTTP (${code}).`).failure;
  if (classifyFailure(error).kind !== 'transient') return undefined;
  return passing(`the connection failed${code === '' ? '' : ` (${code})`}.`).failure;
}

export const notAnsweredInTime = (seconds: number): KnownFailure =>
  passing(`no whole answer within ${seconds} seconds.`);

/** Transient, because other downloads end and free their room. */
export const noRoom: Failure = {
  kind: 'transient',
  code: 'unavailable',
  reason: 'http',
  message: 'There was no room in memory for its max_bytes: other downloads are under way.',
};
