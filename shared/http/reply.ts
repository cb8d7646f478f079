import type { ServerResponse } from 'node:http';
import { httpStatusOf, type ProblemCode, problemTitleOf, ServiceError } from '../errors';
import { isRetryable } from '../google/bigquery/failures';
import type { Log } from '../log';
import { type Stream, sendStream } from './stream';

export interface HttpReply {
  readonly status: number;
  readonly body?: unknown;
  /** Instead of a JSON body; the headers say of what type it is. */
  readonly text?: string;
  /** Instead of a body: what is written while the answer is open. The headers say of what type it is. */
  readonly stream?: Stream;
  readonly headers?: Readonly<Record<string, string>>;
  /** The code of the problem that the answer tells. */
  readonly problem?: ProblemCode;
}

/** The one place that turns what was thrown into an answer (RFC 9457). What is not a ServiceError is logged, not told. */
export function problemReply(thrown: unknown, instance: string, log: Log): HttpReply {
  const error = toServiceError(thrown, instance, log);
  return {
    status: httpStatusOf(error.code),
    problem: error.code,
    headers: { ...error.headers, ...headersOf(error), 'Content-Type': 'application/problem+json' },
    body: {
      type: `urn:tenant-pipelines:problem:${error.code}`,
      title: problemTitleOf(error.code),
      status: httpStatusOf(error.code),
      detail: error.detail,
      instance,
      code: error.code,
      ...error.members,
    },
  };
}

/** The headers that follow from what the error says. */
const headersOf = ({ code, retryAfterSeconds }: ServiceError): Record<string, string> => ({
  ...(code === 'unauthenticated' && { 'WWW-Authenticate': 'ApiKey' }),
  ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
});

function toServiceError(thrown: unknown, instance: string, log: Log): ServiceError {
  if (thrown instanceof ServiceError) {
    if (thrown.cause !== undefined) log('WARNING', thrown.detail, { instance, error: thrown.cause });
    return thrown;
  }
  if (isRetryable(thrown)) {
    log('WARNING', 'BigQuery cannot serve a request at the moment', { instance, error: thrown });
    return new ServiceError('unavailable', 'The service cannot answer at the moment. Try again shortly.', {
      retryAfterSeconds: 1,
    });
  }
  log('ERROR', 'A request failed', { event: 'request_failed', instance, error: thrown });
  return new ServiceError('internal', 'The request could not be processed. It has been logged.');
}

/** Resolves at once, or, of a stream, when it has ended. */
export async function sendReply(response: ServerResponse, reply: HttpReply, log: Log): Promise<void> {
  if (reply.stream !== undefined) {
    const headers = { 'Cache-Control': 'no-store', ...reply.headers };
    return sendStream(response, { status: reply.status, headers }, reply.stream, log);
  }
  const text = reply.text ?? (reply.body === undefined ? undefined : JSON.stringify(reply.body));
  response.writeHead(reply.status, {
    ...(text === undefined
      ? {}
      : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
    'Cache-Control': 'no-store',
    ...reply.headers,
  });
  response.end(text);
}
