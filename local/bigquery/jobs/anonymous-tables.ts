import type { TableReference } from '../model';
import { tableNotFound } from '../not-found';
import { checkKind, withRows } from '../store/schema/table-kinds';
import type { Store } from '../store/store';
import { type JobReference, jobKey, type QueryRows } from './job';
import type { JobBook } from './job-book';
import type { QueryResults } from './query-results';

/**
 * The table that holds the rows of a query without a destination. BigQuery keeps such tables in a hidden
 * dataset of each location for about a day; here their rows are the job's results, and the name says which
 * job's.
 * https://cloud.google.com/bigquery/docs/cached-results
 */
export function anonymousTable({ projectId, location, jobId }: JobReference): TableReference {
  return {
    projectId,
    datasetId: `${datasetPrefix}${location.replaceAll('-', '__')}`,
    tableId: `anon${jobId}`,
  };
}

/** The job whose rows a table of that kind holds; undefined for other tables. */
export function jobOfAnonymousTable({
  projectId,
  datasetId,
  tableId,
}: TableReference): JobReference | undefined {
  if (!datasetId.startsWith(datasetPrefix) || !tableId.startsWith('anon')) return undefined;
  const location = datasetId.slice(datasetPrefix.length).replaceAll('__', '-');
  return { projectId, location, jobId: tableId.slice('anon'.length) };
}

const datasetPrefix = '_results_';

interface Places {
  readonly store: Store;
  readonly book: JobBook;
  readonly results: QueryResults;
}

/**
 * The present rows of a table, also of one that holds a query's results.
 * @throws BigQueryError `notFound`, or `invalid` for a view
 */
export async function rowsOfTable(
  { store, book, results }: Places,
  table: TableReference,
): Promise<QueryRows> {
  const reference = jobOfAnonymousTable(table);
  if (reference === undefined) {
    const state = store.table(table);
    if (state === undefined) throw tableNotFound(table);
    checkKind(table, state.definition.options, withRows);
    return { schema: state.definition.schema, rows: state.rows.toArray() };
  }
  // Reading a job from disk brings back its rows.
  await book.find(reference.jobId, reference.location);
  const rows = results.get(jobKey(reference));
  if (rows === undefined) throw tableNotFound(table);
  return rows;
}
