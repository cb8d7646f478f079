/**
 * What a text can read, by its form. A pipeline may read what `readable` lists; every other kind is refused,
 * also one that somebody adds later. `npm run check`, the functions when they start and the worker before a
 * query runs all ask here, for what stands in the text as well as for what the analyser or BigQuery's dry run
 * says that it reads.
 */
export type ReadKind =
  | 'plain table'
  | 'function of GoogleSQL'
  | 'wildcard table'
  | 'view of metadata'
  | 'part of a table'
  | 'name that is not plain'
  | 'table function'
  | 'function of another kind';

/** Rows in arrays, subqueries and WITH entries read nothing by themselves, so they are not among the reads. */
const readable: ReadonlySet<ReadKind> = new Set(['plain table', 'function of GoogleSQL']);

/**
 * Letters, marks, digits, connectors, dashes and spaces (https://cloud.google.com/bigquery/docs/tables#table_naming),
 * below a dataset and a project. The same form names an array of a row: `orders.items`.
 */
const plainPath =
  /^(?:(?:[a-z0-9.-]+:)?[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}]+\.){0,2}[\p{L}\p{M}\p{N}\p{Pc}\p{Pd} ]+$/u;

/** The kind of a table, or of what stands in a table's place, by its whole path. */
export function kindOfTable(path: string): ReadKind {
  const segments = path.split('.');
  if (path.includes('*')) return 'wildcard table';
  if (segments.some((segment) => /^INFORMATION_SCHEMA$|^__.*__$/i.test(segment))) return 'view of metadata';
  if (/[$@]/.test(path)) return 'part of a table';
  return plainPath.test(path) ? 'plain table' : 'name that is not plain';
}

/** Why something must not be read; undefined if its kind may be. */
export const refusalOfKind = (kind: ReadKind, name: string): string | undefined =>
  readable.has(kind)
    ? undefined
    : `It uses ${name}, a ${kind}; expected plain tables and GoogleSQL's own functions only.`;
