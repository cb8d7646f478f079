import { createHash } from 'node:crypto';
import { BigQueryError } from '../errors';
import type { RestRequest } from './router';

/** The tag of a resource's present form: it changes whenever one of the given parts does. */
export function etagOf(...parts: readonly (string | number)[]): string {
  return createHash('sha1').update(parts.join('\n')).digest('base64');
}

/** @throws BigQueryError `conditionNotMet` if the request names an etag that is not the present one */
export function checkIfMatch(request: RestRequest, etag: string): void {
  const wanted = request.headers['if-match'];
  if (wanted === undefined || wanted === '*' || wanted === etag) return;
  throw new BigQueryError('conditionNotMet', 'Precondition check failed.');
}

const keyForm = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const valueForm = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;

/** @throws BigQueryError `invalid` unless all labels are ones BigQuery accepts */
export function checkLabels(labels: Readonly<Record<string, string>> | undefined): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    if (keyForm.test(key) && valueForm.test(value)) continue;
    throw new BigQueryError(
      'invalid',
      `Invalid label "${key}:${value}". Keys and values may hold lowercase letters, digits, underscores and dashes, at most 63; keys begin with a letter.`,
    );
  }
}
