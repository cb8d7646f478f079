import { z } from 'zod';
import { BigQueryError } from '../bigquery-error';
import { parsePart } from './wire-errors';

const countSchema = z.coerce.number().int().nonnegative();

/**
 * A non-negative whole number of the query string; undefined where it is absent.
 * @throws BigQueryError `invalid`
 */
export function countOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  return parsePart(z.object({ [name]: countSchema }), { [name]: text })[name];
}

/** An opaque token that says where the next page begins. */
export function encodePageToken(position: string): string {
  return Buffer.from(`v1:${position}`).toString('base64url');
}

/** @throws BigQueryError `invalid` for anything `encodePageToken` did not make */
export function decodePageToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (!text.startsWith('v1:')) throw new BigQueryError('invalid', `Invalid page token ${token}`);
  return text.slice(3);
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken: string | undefined;
}

/**
 * The page of a sorted list that a request's `pageToken` and `maxResults` ask for. The token names the last
 * item seen, so that items that come or go in between neither hide nor repeat others.
 */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  query: URLSearchParams,
  defaultSize: number,
): Page<T> {
  const size = countOf(query, 'maxResults') || defaultSize;
  const token = query.get('pageToken');
  const after = token === null || token === '' ? undefined : decodePageToken(token);
  const rest = after === undefined ? items : items.filter((item) => keyOf(item) > after);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  const more = rest.length > page.length && last !== undefined;
  return { items: page, nextPageToken: more ? encodePageToken(keyOf(last)) : undefined };
}
