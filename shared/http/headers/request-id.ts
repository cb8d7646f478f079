import type { IncomingHttpHeaders } from 'node:http';
import { currentContext } from '../../telemetry/context';

/** Visible characters that need no quotes anywhere; anything else is not repeated. */
const wellFormed = /^[A-Za-z0-9._~:-]{1,128}$/;

/**
 * What an answer names its request by, in `X-Request-Id`: what the caller called it, else its trace, by which
 * its log lines are found.
 */
export function requestIdOf(headers: IncomingHttpHeaders, traceId: string): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && wellFormed.test(given) ? given : traceId;
}

/** The same, of the call that is answered just now. */
export const requestIdOfCall = (request: { readonly header: (name: string) => string | undefined }): string =>
  requestIdOf({ 'x-request-id': request.header('X-Request-Id') }, currentContext()?.trace.traceId ?? '');
