import type { TableReference } from '../model';
import { datasetNotFound, tableNotFound } from '../not-found';
import { tableName } from '../store/names';
import { bytesOf, type Store } from '../store/store';
import type { TableState } from '../store/table-state';
import { etagOf } from './preconditions';
import type { RestRequest } from './router';
import { wireSchema } from './wire-rows';

/** The table a request's path names. */
export function tableReferenceOf({ params }: RestRequest): TableReference {
  return {
    projectId: params.projectId ?? '',
    datasetId: params.datasetId ?? '',
    tableId: params.tableId ?? '',
  };
}

/** @throws BigQueryError `notFound`, of the dataset or of the table */
export function requireTable(
  store: Store,
  request: RestRequest,
): { reference: TableReference; state: TableState } {
  const reference = tableReferenceOf(request);
  const state = store.table(reference);
  if (state !== undefined) return { reference, state };
  throw store.hasDataset(reference) ? tableNotFound(reference) : datasetNotFound(reference);
}

/** A table as tables.get answers it. */
export function tableResource(store: Store, reference: TableReference, state: TableState): object {
  const { schema, options, creationTime } = state.definition;
  const { projectId, datasetId, tableId } = reference;
  const bytes = String(bytesOf(state));
  return {
    kind: 'bigquery#table',
    etag: tableEtag(reference, state),
    id: tableName(reference),
    selfLink: `/bigquery/v2/projects/${projectId}/datasets/${datasetId}/tables/${tableId}`,
    tableReference: { projectId, datasetId, tableId },
    ...options,
    schema: wireSchema(schema),
    numBytes: bytes,
    numLongTermBytes: '0',
    numTotalLogicalBytes: bytes,
    numRows: String(state.rows.length),
    creationTime: String(creationTime),
    lastModifiedTime: String(state.modifiedTime),
    type: 'TABLE',
    location: store.dataset(reference)?.location ?? 'US',
  };
}

/** A table as tables.list answers it. */
export function listedTable(reference: TableReference, state: TableState): object {
  const { options, creationTime } = state.definition;
  const { labels, timePartitioning, rangePartitioning, clustering, friendlyName, expirationTime } = options;
  return {
    kind: 'bigquery#table',
    id: tableName(reference),
    tableReference: reference,
    type: 'TABLE',
    creationTime: String(creationTime),
    friendlyName,
    labels,
    timePartitioning,
    rangePartitioning,
    clustering,
    expirationTime,
  };
}

/** Changes with schema and options, not with rows: a patch is not refused because rows were streamed meanwhile. */
export function tableEtag(reference: TableReference, { definition }: TableState): string {
  return etagOf(tableName(reference), definition.creationTime, definition.definedTime);
}
