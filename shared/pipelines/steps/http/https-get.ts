import type { HttpsAnswer, HttpsRequest } from '../../../internet/https-request';

/** GETs a URL of the internet. Throws as HttpsRequest does. */
export type HttpsGet = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<HttpsAnswer>;

export const createHttpsGet =
  (request: HttpsRequest): HttpsGet =>
  (url, headers, signal) =>
    request(url, { method: 'GET', headers }, signal);
