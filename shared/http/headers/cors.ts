import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { z } from 'zod';

/**
 * An origin of web pages, or a pattern of some: `https://app.example.com`, `https://*.example.com`,
 * `http://localhost:*`.
 */
export const originPatternSchema = z
  .string()
  .regex(
    /^https?:\/\/(\*\.)?([a-z0-9-]+\.)*[a-z0-9-]+(:(\d{1,5}|\*))?$/,
    'expected an origin in lower case, such as https://app.example.com, https://*.example.com or http://localhost:*',
  );

/** What a page may send; https://fetch.spec.whatwg.org/#http-access-control-allow-headers */
const requestHeaders =
  'Authorization, X-API-Key, X-Admin-Key, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Prefer, X-Request-Id';
/** What a page may read besides what every page may. */
const answerHeaders =
  'Location, RateLimit, RateLimit-Policy, Retry-After, Link, ETag, Deprecation, Preference-Applied, Sunset, X-Request-Id';
/** How long a browser remembers a preflight, in seconds. Chromium takes no more than two hours. */
const preflightSeconds = 7_200;

/** Headers of answers to web pages of other origins. */
export interface Cors {
  /** For any answer. `Vary` also where no page asks, so that no cache gives one origin what another was told. */
  readonly headers: (request: IncomingMessage) => Readonly<Record<string, string>>;
}

/**
 * Answers pages of these origins only; an empty list answers none. Credentials (cookies) are never allowed: a
 * page sends a key in a header.
 * https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function createCors(patterns: readonly string[]): Cors {
  if (patterns.length === 0) return { headers: () => ({}) };
  const isAllowed = originRule(patterns);
  return {
    headers({ method, headers }) {
      const { origin } = headers;
      if (origin === undefined || !isAllowed(origin)) return { Vary: 'Origin' };
      return {
        Vary: 'Origin',
        'Access-Control-Allow-Origin': origin,
        ...(isPreflight(method, headers)
          ? preflightHeaders
          : { 'Access-Control-Expose-Headers': answerHeaders }),
      };
    },
  };
}

const isPreflight = (method: string | undefined, headers: IncomingHttpHeaders): boolean =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;

const preflightHeaders = {
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'Access-Control-Allow-Headers': requestHeaders,
  'Access-Control-Max-Age': String(preflightSeconds),
};

/** Whether an `Origin` is one of those that the patterns name. */
export function originRule(patterns: readonly string[]): (origin: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const expressions = patterns.filter((pattern) => pattern.includes('*')).map(expressionOf);
  return (origin) => exact.has(origin) || expressions.some((expression) => expression.test(origin));
}

/** `*.` stands for one or more labels, `:*` for any port, or none. */
function expressionOf(pattern: string): RegExp {
  const escaped = pattern.replaceAll('.', '\\.');
  return new RegExp(`^${escaped.replace('*\\.', '([a-z0-9-]+\\.)+').replace(':*', '(:\\d{1,5})?')}$`);
}
