import { BigQueryError } from '../../bigquery-error';
import type { Cell, Field, Row } from '../../model';
import { partitionOf, withoutDecorator } from '../../store/schema/partitions';
import { tableKindOf, withRows } from '../../store/schema/table-kinds';
import type { Store } from '../../store/store';
import { countOf, decodePageToken, encodePageToken } from '../paging';
import type { RestRequest, RestRoute } from '../router';
import { pageOfRows, timestampFormat } from '../wire-rows';
import { etagOf } from './resource-requests';
import { requireTable } from './table-resource';

/** tabledata.list of REST v2. */
export function tableDataRoutes(store: Store): RestRoute[] {
  const path = '/projects/:projectId/datasets/:datasetId/tables/:tableId/data';
  return [{ method: 'GET', path, handle: (request) => list(store, request) }];
}

function list(store: Store, request: RestRequest): object {
  const { query, params } = request;
  // A decorator names a partition, as `bq head 'orders$20260131'` does.
  const { tableId = '' } = params;
  const { table, partition } = withoutDecorator({ projectId: '', datasetId: '', tableId });
  const { reference, state } = requireTable(store, {
    ...request,
    params: { ...params, tableId: table.tableId },
  });
  // https://github.com/n8n-io/n8n/issues/2622
  const kind = tableKindOf(state.definition.options);
  if (!withRows.includes(kind)) throw new BigQueryError('invalid', `Cannot list a table of type ${kind}.`);
  const selection = selectFields(state.definition.schema, query.get('selectedFields'));
  const token = query.get('pageToken');
  const start = token ? Number(decodePageToken(token)) : (countOf(query, 'startIndex') ?? 0);
  const size = countOf(query, 'maxResults') ?? 100_000;
  const { schema, options } = state.definition;
  const all = state.rows.toArray();
  const rows = partition === undefined ? all : all.filter(partitionOf(reference, partition, schema, options));
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

/** The selected fields of a schema, and how a row is cut down to them. */
export interface Selection {
  readonly fields: readonly Field[];
  readonly select: (row: Row) => Row;
}

/**
 * `selectedFields` of tabledata.list: names joined by commas, "a.b" for a field of a RECORD; the table's
 * order is kept.
 * @throws BigQueryError `invalid` for a name that is no field
 */
function selectFields(fields: readonly Field[], selected: string | null): Selection {
  if (selected === null || selected === '') return { fields, select: (row) => row };
  const paths = selected.split(',').map((path) => path.trim().toLowerCase().split('.'));
  return selectPaths(fields, paths);
}

function selectPaths(fields: readonly Field[], paths: readonly (readonly string[])[]): Selection {
  for (const [name] of paths) {
    if (fields.some((field) => field.name.toLowerCase() === name)) continue;
    throw new BigQueryError('invalid', `No such field: ${name}`, 'selectedFields');
  }
  const picks = fields.flatMap((field, index) => {
    const own = paths.filter(([name]) => name === field.name.toLowerCase()).map((path) => path.slice(1));
    return own.length === 0 ? [] : [pick(field, index, own)];
  });
  return {
    fields: picks.map(({ field }) => field),
    select: (row) => picks.map(({ index, cut }) => cut(row[index] ?? null)),
  };
}

interface Pick {
  readonly field: Field;
  readonly index: number;
  readonly cut: (cell: Cell) => Cell;
}

function pick(field: Field, index: number, paths: readonly (readonly string[])[]): Pick {
  if (field.fields === undefined || paths.some((path) => path.length === 0))
    return { field, index, cut: (cell) => cell };
  const { fields, select } = selectPaths(field.fields, paths);
  const cutOne = (cell: Cell): Cell => (cell === null || typeof cell === 'string' ? cell : select(cell));
  const cutAll = (cell: Cell): Cell => (cell === null || typeof cell === 'string' ? cell : cell.map(cutOne));
  return { field: { ...field, fields }, index, cut: field.mode === 'REPEATED' ? cutAll : cutOne };
}
