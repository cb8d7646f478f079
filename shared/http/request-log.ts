import type { IncomingMessage } from 'node:http';
import type { Log } from '../log';
import { type Labels, labelRequest } from '../telemetry/context';
import { createRedact } from '../telemetry/redact';
import { isTenantId } from '../tenants/rules/tenant-id';

/** As far as a line needs it: what is longer is no call of ours. */
const longestUrl = 500;
const longestUserAgent = 200;
const redact = createRedact([]);

export interface AnsweredRequest {
  readonly request: IncomingMessage;
  /** As it was sent. */
  readonly url: string;
  readonly status: number;
  /** The problem's code, where it was refused. */
  readonly code: string | undefined;
  readonly seconds: number;
}

/**
 * The line that ends a request. https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#HttpRequest
 */
export function logRequest(log: Log, { request, url, status, code, seconds }: AnsweredRequest): void {
  const method = request.method ?? 'GET';
  const requestUrl = shownUrl(url);
  const size = request.headers['content-length'];
  const path = requestUrl.split('?', 1)[0] ?? '';
  log('INFO', `${method} ${path} ${status}${code === undefined ? '' : ` ${code}`}`, {
    event: 'request',
    httpRequest: {
      requestMethod: method,
      requestUrl,
      ...(size === undefined ? {} : { requestSize: size.slice(0, 20) }),
      status,
      latency: `${seconds.toFixed(3)}s`,
      userAgent: request.headers['user-agent']?.slice(0, longestUserAgent),
      protocol: `HTTP/${request.httpVersion}`,
    },
    ...(code === undefined ? {} : { code }),
  });
}

/**
 * The path, and of the query its names only: whoever puts a key there by mistake would find it here. A key in the path
 * is taken out even where it is percent-encoded.
 */
function shownUrl(url: string): string {
  const queryStart = url.indexOf('?');
  const path = withoutKeys(queryStart < 0 ? url : url.slice(0, queryStart));
  if (queryStart < 0) return path.slice(0, longestUrl);
  const names = [...new URLSearchParams(url.slice(queryStart)).keys()];
  const query = names.map((name) => (/^[a-z_]{1,32}$/.test(name) ? `${name}=…` : '…')).join('&');
  return `${path}?${query}`.slice(0, longestUrl);
}

function withoutKeys(path: string): string {
  try {
    const decoded = decodeURIComponent(path);
    const clean = redact(decoded);
    return clean === decoded ? path : clean;
  } catch {
    return path;
  }
}

/** What a route's path says of tenant and run. It is what was asked for: whether the key fits, the answer tells. */
export function labelByPath({ tenant, run_id }: Readonly<Record<string, string>>): void {
  const labels: Labels = {
    ...(tenant !== undefined && isTenantId(tenant) ? { tenant } : {}),
    ...(run_id !== undefined && /^[A-Za-z0-9_-]{1,128}$/.test(run_id) ? { run: run_id } : {}),
  };
  labelRequest(labels);
}
