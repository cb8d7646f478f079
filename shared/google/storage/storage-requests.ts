import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { BigQuery } from '@google-cloud/bigquery';
import { authorizationFor } from '../bigquery/authorization';

export interface StorageAnswer {
  readonly bytes: Buffer;
  /** A file without bytes has no range. */
  readonly isEmpty: boolean;
}

interface StorageRequest {
  readonly headers?: Readonly<Record<string, string>>;
  /** A server that knows no ranges sends the whole file: it is read no further than this. */
  readonly mostBytes?: number;
}

/**
 * GETs what lies below `/storage/v1/b/` of Cloud Storage's JSON API, with the client's own authorisation. Rejects
 * where the answer is no success, or with the signal's reason.
 */
export type GetFromStorage = (
  path: string,
  signal: AbortSignal,
  request?: StorageRequest,
) => Promise<StorageAnswer>;

/** Whether the client talks to Google, and not to another server of the same form. */
export const isGoogles = (bigquery: BigQuery): boolean =>
  /\.googleapis\.com$/.test(new URL(bigquery.apiEndpoint).hostname);

/** Against another BigQuery than Google's, its server is asked: the local BigQuery answers for its files. */
export function createGetFromStorage(bigquery: BigQuery): GetFromStorage {
  const base = isGoogles(bigquery) ? 'https://storage.googleapis.com' : bigquery.apiEndpoint;
  return (path, signal, request = {}) =>
    getBytes(bigquery, new URL(`${base}/storage/v1/b/${path}`), request, signal);
}

async function getBytes(
  bigquery: BigQuery,
  url: URL,
  { headers = {}, mostBytes = Number.POSITIVE_INFINITY }: StorageRequest,
  signal: AbortSignal,
): Promise<StorageAnswer> {
  const authorization = await authorizationFor(bigquery, url);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    (url.protocol === 'http:' ? requestHttp : requestHttps)(url, {
      headers: { ...authorization, ...headers },
      signal,
    })
      .once('response', resolve)
      .once('error', reject)
      .end();
  });
  const { statusCode = 0 } = response;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    const piece: Buffer = chunk;
    chunks.push(piece);
    length += piece.length;
    if (statusCode === 200 && length > mostBytes) {
      response.destroy();
      break;
    }
  }
  if (statusCode === 416) return { bytes: Buffer.alloc(0), isEmpty: true };
  if (statusCode !== 200 && statusCode !== 206) throw new Error(`${url.pathname} answered ${statusCode}`);
  return { bytes: Buffer.concat(chunks), isEmpty: false };
}
