import { randomFillSync } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A place in a distributed trace: W3C Trace Context, https://www.w3.org/TR/trace-context/ */
export interface Trace {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits: the parent of the spans that follow. */
  readonly spanId: string;
  readonly isSampled: boolean;
  /** Whether it came from outside; if not, it begins here. */
  readonly isContinued: boolean;
}

const traceparentForm = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
/** https://cloud.google.com/trace/docs/trace-context#legacy-http-header: the span id is a decimal number. */
const cloudTraceForm = /^([0-9a-f]{32})\/(\d{1,20})(?:;o=(\d+))?$/;

/**
 * The trace that a request's headers continue: `traceparent`, else `X-Cloud-Trace-Context`. Malformed ones
 * are ignored.
 */
export function traceOfHeaders(headers: IncomingHttpHeaders): Trace | undefined {
  const cloudTrace = headers['x-cloud-trace-context'];
  return parseTraceparent(headers.traceparent) ?? parseCloudTrace(cloudTrace);
}

export function parseTraceparent(given: string | string[] | undefined): Trace | undefined {
  const [, version, traceId, spanId, flags, more] = traceparentForm.exec(String(given)) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  return traceWith(traceId, spanId, (Number.parseInt(flags, 16) & 1) === 1);
}

function parseCloudTrace(given: string | string[] | undefined): Trace | undefined {
  const [, traceId, span, sampled] = cloudTraceForm.exec(String(given)) ?? [];
  if (traceId === undefined || span === undefined) return undefined;
  const spanId = BigInt(span).toString(16).padStart(16, '0');
  return spanId.length > 16 ? undefined : traceWith(traceId, spanId, sampled === '1');
}

function traceWith(traceId: string, spanId: string, isSampled: boolean): Trace | undefined {
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, isSampled, isContinued: true };
}

/** Bytes of an id of a trace and of one of a span. */
const idBytes = 24;
/** To ask for random bytes costs as much as many of them do: so for some hundred traces at once. */
const pool = Buffer.alloc(idBytes * 256);
let used = pool.length;

function randomHex(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += idBytes;
  return pool.toString('hex', used - idBytes, used);
}

/**
 * A trace that begins here, so that a request's log lines and jobs are found together even if nobody sent a
 * trace.
 */
export function newTrace(): Trace {
  const id = randomHex();
  return { traceId: id.slice(0, 32), spanId: id.slice(32), isSampled: false, isContinued: false };
}

/** The `traceparent` header or attribute that hands the trace on. */
export const traceparentOf = ({ traceId, spanId, isSampled }: Trace): string =>
  `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
