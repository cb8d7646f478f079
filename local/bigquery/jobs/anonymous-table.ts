import type { TableReference } from '../model';
import type { JobReference } from './job';

/**
 * The table that holds the rows of a query without a destination. BigQuery keeps such tables in a hidden dataset of each
 * location for about a day; here their rows are the job's results, and the name says which job's.
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
