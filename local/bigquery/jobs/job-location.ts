import { BigQueryError } from '../bigquery-error';
import { fullDatasetName } from '../store/reference-names';
import type { Store } from '../store/store';
import { jobOfAnonymousTable } from './anonymous-tables';
import type { JobConfiguration } from './job-schemas';

/** Where a job runs. */
export interface JobPlace {
  readonly location: string;
  /** That a dataset it names is elsewhere: `notFound`. */
  readonly misplaced?: BigQueryError | undefined;
}

/**
 * The location in which a job runs: that of the datasets it names.
 * @param requested the location that the caller asked for
 */
export function placeOf(
  store: Store,
  { query, load, extract, copy }: Pick<JobConfiguration, 'query' | 'load' | 'extract' | 'copy'>,
  requested: string | undefined,
): JobPlace {
  const source = extract && { projectId: store.projectId, ...extract.sourceTable };
  const anonymous = source && jobOfAnonymousTable(source)?.location;
  if (anonymous !== undefined && isAt(anonymous, requested)) return { location: anonymous };
  const named = [
    source,
    load?.destinationTable,
    query?.destinationTable,
    query?.defaultDataset,
    copy?.sourceTable,
    ...(copy?.sourceTables ?? []),
    copy?.destinationTable,
  ].flatMap((reference) => (reference ? [reference.datasetId] : []));
  const datasetIds = named.length > 0 ? named : datasetsInText(store, query?.query ?? '');
  for (const datasetId of datasetIds) {
    const reference = { projectId: store.projectId, datasetId };
    const location = store.dataset(reference)?.location;
    if (location === undefined) continue;
    if (isAt(location, requested)) return { location };
    const name = fullDatasetName(reference);
    const message = `Not found: Dataset ${name} was not found in location ${requested}`;
    return { location: requested ?? location, misplaced: new BigQueryError('notFound', message) };
  }
  return { location: requested ?? 'US' };
}

/** Where nobody asked for a location, any will do. */
function isAt(location: string, requested: string | undefined): boolean {
  return requested === undefined || requested.toLowerCase() === location.toLowerCase();
}

/** Names before a dot that are datasets. The text is not parsed: a name in a string literal does no harm. */
function datasetsInText(store: Store, sql: string): string[] {
  const found: string[] = [];
  for (const [, datasetId = ''] of sql.matchAll(/([A-Za-z0-9_]+)`?\s*\.\s*`?[A-Za-z_]/g)) {
    if (store.hasDataset({ projectId: store.projectId, datasetId })) found.push(datasetId);
  }
  return found;
}
