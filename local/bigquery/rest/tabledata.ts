import type { Store } from '../store/store';
import { countOf, decodePageToken, encodePageToken } from './paging';
import { etagOf } from './preconditions';
import type { RestRequest, Route } from './router';
import { selectFields } from './selected-fields';
import { requireTable } from './table-resource';
import { pageOfRows, timestampFormat } from './wire-rows';

/** tabledata.list of REST v2. */
export function tableDataRoutes(store: Store): Route[] {
  const path = '/projects/:projectId/datasets/:datasetId/tables/:tableId/data';
  return [{ method: 'GET', path, handle: (request) => list(store, request) }];
}

function list(store: Store, request: RestRequest): object {
  const { query } = request;
  const { reference, state } = requireTable(store, request);
  const selection = selectFields(state.definition.schema, query.get('selectedFields'));
  const token = query.get('pageToken');
  const start = token ? Number(decodePageToken(token)) : (countOf(query, 'startIndex') ?? 0);
  const size = countOf(query, 'maxResults') ?? 100_000;
  const rows = state.rows.toArray();
  const window = rows.slice(start, start + size).map(selection.select);
  const format = timestampFormat(
    query.get('formatOptions.useInt64Timestamp'),
    query.get('formatOptions.timestampOutputFormat'),
  );
  const page = pageOfRows(window, selection.fields, 0, size, format);
  const next = start + page.rows.length;
  return {
    kind: 'bigquery#tableDataList',
    etag: etagOf(reference.tableId, state.modifiedTime),
    totalRows: String(rows.length),
    ...(next < rows.length && { pageToken: encodePageToken(String(next)) }),
    rows: page.rows,
  };
}
