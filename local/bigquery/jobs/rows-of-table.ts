import type { TableReference } from '../model';
import { tableNotFound } from '../not-found';
import type { Store } from '../store/store';
import { jobOfAnonymousTable } from './anonymous-table';
import { jobKey, type QueryRows } from './job';
import type { JobBook } from './job-book';
import type { QueryResults } from './query-results';

interface Places {
  readonly store: Store;
  readonly book: JobBook;
  readonly results: QueryResults;
}

/** What a table holds now, be it one of a dataset or the one that holds a query's results. @throws BigQueryError `notFound` */
export async function rowsOfTable(
  { store, book, results }: Places,
  table: TableReference,
): Promise<QueryRows> {
  const reference = jobOfAnonymousTable(table);
  if (reference === undefined) {
    const state = store.table(table);
    if (state === undefined) throw tableNotFound(table);
    return { schema: state.definition.schema, rows: state.rows.toArray() };
  }
  // Reading a job from disk brings back its rows.
  await book.find(reference.jobId, reference.location);
  const rows = results.get(jobKey(reference));
  if (rows === undefined) throw tableNotFound(table);
  return rows;
}
