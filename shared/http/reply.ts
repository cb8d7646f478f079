import type { ServerResponse } from 'node:http';
import type { Change } from '../audit/audit-entry';
import { httpStatusOf, type ProblemCode, problemTitleOf, ServiceError } from '../errors';
import { classifyFailure, isRetryable } from '../google/bigquery/failures';
import type { Log } from '../log';
import { shorten } from '../support/shorten';
import { securityHeaders } from './headers/security-headers';
import { type Stream, sendStream } from './stream';

export interface HttpReply {
  readonly status: number;
  readonly body?: unknown;
  /** Sent instead of a JSON body. The headers must name its type. */
  readonly text?: string;
  /** Sent instead of a JSON body, as they are. The headers must name their type. */
  readonly bytes?: Uint8Array;
  /** Sent instead of a body: written piece by piece. The headers must name its type. */
  readonly stream?: Stream;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the call has changed, for the audit log. */
  readonly change?: Change;
  /** The code of the problem, if the answer is one. */
  readonly problem?: ProblemCode;
}

/** Bytes of a problem. One that would be larger loses its further members, and its texts are cut short. */
const largestProblem = 16_000;

/**
 * The one place that turns errors into answers (RFC 9457). Only a ServiceError is shown; others are logged.
 */
export function problemReply(thrown: unknown, instance: string, log: Log): HttpReply {
  const error = toServiceError(thrown, instance, log);
  const bodyOf = (detail: string, place: string, members: ServiceError['members']) => ({
    ...problemBody(error, detail),
    instance: place,
    ...members,
  });
  const whole = bodyOf(error.detail, instance, error.members);
  const isLarge = Buffer.byteLength(JSON.stringify(whole)) > largestProblem;
  return {
    status: httpStatusOf(error.code),
    problem: error.code,
    headers: { ...error.headers, ...headersOf(error), 'Content-Type': 'application/problem+json' },
    body: isLarge ? bodyOf(shorten(error.detail, 1000), shorten(instance, 1000), {}) : whole,
  };
}

/** What every problem says. */
export const problemBody = ({ code, detail }: ServiceError, told = detail) => ({
  type: `urn:tenant-pipelines:problem:${code}`,
  title: problemTitleOf(code),
  status: httpStatusOf(code),
  detail: told,
  code,
});

/** Of an error that is no caller's business. */
export const internalError = (): ServiceError =>
  new ServiceError('internal', 'The request could not be processed. It has been logged.');

/** Headers that follow from the error itself. */
const headersOf = ({ code, retryAfterSeconds }: ServiceError): Record<string, string> => ({
  ...(code === 'unauthenticated' && { 'WWW-Authenticate': 'ApiKey' }),
  ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
});

function toServiceError(thrown: unknown, instance: string, log: Log): ServiceError {
  if (thrown instanceof ServiceError) {
    if (thrown.cause !== undefined) log('WARNING', thrown.detail, { instance, error: thrown.cause });
    return thrown;
  }
  const cannotAnswer = 'The service cannot answer at the moment. Try again shortly.';
  if (isRetryable(thrown)) {
    log('WARNING', 'BigQuery cannot serve a request at the moment', { instance, error: thrown });
    return new ServiceError('unavailable', cannotAnswer, { retryAfterSeconds: 1 });
  }
  // A tenant has more than a statement of ours can work on, such as runs in flight: that becomes less. No
  // pipeline's own SQL comes this way.
  if (classifyFailure(thrown).code === 'resources_exceeded') {
    log('ERROR', 'A statement was too large for BigQuery', {
      event: 'request_failed',
      instance,
      error: thrown,
    });
    return new ServiceError('unavailable', cannotAnswer, { retryAfterSeconds: 10 });
  }
  log('ERROR', 'A request failed', { event: 'request_failed', instance, error: thrown });
  return internalError();
}

/** Resolves at once, or with the end of the stream if there is one. */
export async function sendReply(response: ServerResponse, reply: HttpReply, log: Log): Promise<void> {
  if (reply.stream !== undefined) {
    const headers = { 'Cache-Control': 'no-store', ...securityHeaders, ...reply.headers };
    return sendStream(response, { status: reply.status, headers }, reply.stream, log);
  }
  const content =
    reply.bytes ?? reply.text ?? (reply.body === undefined ? undefined : JSON.stringify(reply.body));
  response.writeHead(reply.status, {
    ...(content === undefined
      ? {}
      : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(content) }),
    'Cache-Control': 'no-store',
    ...securityHeaders,
    ...reply.headers,
  });
  // Node leaves the body out where HEAD was asked.
  response.end(content);
}
