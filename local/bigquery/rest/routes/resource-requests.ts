import { createHash } from 'node:crypto';
import { BigQueryError } from '../../bigquery-error';
import type { DatasetReference, TableReference } from '../../model';
import type { Store } from '../../store/store';
import type { RestRequest } from '../router';

/** A tag that changes whenever one of the given parts does. */
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

/** A JSON document after a patch: the patch's members win, null removes, objects are merged (RFC 7396). */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = mergePatch(result[name], value);
  }
  return result;
}

/** A JSON document less its members that are null: BigQuery takes those of a configuration for absent. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const given = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(given.map(([name, member]) => [name, withoutNulls(member)]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The dataset a request's path names. */
export function datasetOfPath({ params }: RestRequest): DatasetReference {
  return { projectId: params.projectId ?? '', datasetId: params.datasetId ?? '' };
}

/** The table a request's path names. */
export function tableOfPath({ params }: RestRequest): TableReference {
  return {
    projectId: params.projectId ?? '',
    datasetId: params.datasetId ?? '',
    tableId: params.tableId ?? '',
  };
}

/** @throws BigQueryError `notFound` for any project but the one that is served */
export function checkProject(store: Store, { params }: RestRequest): void {
  if (params.projectId !== store.projectId)
    throw new BigQueryError('notFound', `Not found: Project ${params.projectId}`);
}
