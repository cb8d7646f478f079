import type { IncomingMessage } from 'node:http';
import type { Log } from '../log';
import { type Labels, labelRequest } from '../telemetry/context';
import { createRedact } from '../telemetry/redact';
import { isTenantId } from '../tenants/rules/tenant-id';

/** Characters that a log line keeps. No call of ours is longer. */
const longestUrl = 500;
const longestUserAgent = 200;
const redact = createRedact([]);

export interface AnsweredRequest {
  readonly request: IncomingMessage;
  /** The URL as it was sent. */
  readonly url: string;
  readonly status: number;
  /** The problem's code, if the request was refused. */
  readonly code: string | undefined;
  readonly seconds: number;
}

/**
 * Writes the log line of an answered request.
 * https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#HttpRequest
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
 * The path, and only the names of the query: somebody may have put a key there by mistake. A key in the path
 * is taken out even if it is percent-encoded.
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

/**
 * Labels the request with the tenant and run in its path. Whether the caller may see them is not known yet.
 */
export function labelByPath({ tenant, run_id }: Readonly<Record<string, string>>): void {
  const labels: Labels = {
    ...(tenant !== undefined && isTenantId(tenant) ? { tenant } : {}),
    ...(run_id !== undefined && /^[A-Za-z0-9_-]{1,128}$/.test(run_id) ? { run: run_id } : {}),
  };
  labelRequest(labels);
}
