import type { TableReference } from '../../model';
import { datasetNotFound, tableNotFound } from '../../not-found';
import { fullTableName } from '../../store/reference-names';
import { tableKindOf } from '../../store/schema/table-kinds';
import { bytesOf, type Store } from '../../store/store';
import type { TableState } from '../../store/table-state';
import type { RestRequest } from '../router';
import { wireSchema } from '../wire-rows';
import { etagOf, tableOfPath } from './resource-requests';

/** @throws BigQueryError `notFound`, of the dataset or of the table */
export function requireTable(
  store: Store,
  request: RestRequest,
): { reference: TableReference; state: TableState } {
  const reference = tableOfPath(request);
  const state = store.table(reference);
  if (state !== undefined) return { reference, state };
  throw store.hasDataset(reference) ? tableNotFound(reference) : datasetNotFound(reference);
}

/**
 * A table as tables.get answers it.
 * @param isBasic leaves out what depends on rows, as `view=BASIC` asks for
 */
export function tableResource(
  store: Store,
  reference: TableReference,
  state: TableState,
  isBasic = false,
): object {
  const { schema, options, creationTime } = state.definition;
  const { projectId, datasetId, tableId } = reference;
  const bytes = String(bytesOf(state));
  return {
    kind: 'bigquery#table',
    etag: tableEtag(reference, state),
    id: fullTableName(reference),
    selfLink: `/bigquery/v2/projects/${projectId}/datasets/${datasetId}/tables/${tableId}`,
    tableReference: { projectId, datasetId, tableId },
    ...options,
    schema: wireSchema(schema),
    ...(!isBasic && {
      numBytes: bytes,
      numLongTermBytes: '0',
      numTotalLogicalBytes: bytes,
      numRows: String(state.rows.length),
      lastModifiedTime: String(state.modifiedTime),
    }),
    creationTime: String(creationTime),
    type: tableKindOf(options),
    location: store.dataset(reference)?.location ?? 'US',
  };
}

/** A table as tables.list answers it. */
export function listedTable(reference: TableReference, state: TableState): object {
  const { options, creationTime } = state.definition;
  const { labels, timePartitioning, rangePartitioning, clustering, friendlyName, expirationTime } = options;
  return {
    kind: 'bigquery#table',
    id: fullTableName(reference),
    tableReference: reference,
    type: tableKindOf(options),
    creationTime: String(creationTime),
    friendlyName,
    labels,
    timePartitioning,
    rangePartitioning,
    clustering,
    expirationTime,
  };
}

/** Changes with schema and options, not with rows: rows streamed meanwhile do not make a patch fail. */
export function tableEtag(reference: TableReference, { definition }: TableState): string {
  return etagOf(fullTableName(reference), definition.creationTime, definition.definedTime);
}
