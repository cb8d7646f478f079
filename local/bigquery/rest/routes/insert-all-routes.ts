import { z } from 'zod';
import { BigQueryError } from '../../bigquery-error';
import type { Field, Row } from '../../model';
import { tableNotFound } from '../../not-found';
import { fullTableName } from '../../store/reference-names';
import { checkKind } from '../../store/schema/table-kinds';
import { createKeyedQueue, type Store } from '../../store/store';
import { rowOfJson } from '../../store/values/json-rows';
import { streamedText, streamingRefusal } from '../../store/values/streamed-values';
import type { RestRequest, RestRoute } from '../router';
import { parsePart } from '../wire-errors';
import { tableOfPath } from './resource-requests';

const requestSchema = z.object({
  rows: z.array(z.object({ insertId: z.string().nullish(), json: z.unknown() })).optional(),
  skipInvalidRows: z.boolean().nullish(),
  ignoreUnknownValues: z.boolean().nullish(),
  templateSuffix: z.string().nullish(),
});

type InsertAllRequest = z.infer<typeof requestSchema>;
type RequestedRow = NonNullable<InsertAllRequest['rows']>[number];

/** BigQuery's limit on the rows of one request. */
const rowLimit = 50_000;

/** tabledata.insertAll of REST v2. */
export function insertAllRoutes(store: Store): RestRoute[] {
  const path = '/projects/:projectId/datasets/:datasetId/tables/:tableId/insertAll';
  const insertIds = createInsertIds();
  // An id must be known before the next request for the same table begins.
  const inOrder = createKeyedQueue();
  return [
    {
      method: 'POST',
      path,
      handle: (request) =>
        inOrder(fullTableName(tableOfPath(request)), () => insertAll(store, insertIds, request)),
    },
  ];
}

async function insertAll(store: Store, insertIds: InsertIds, request: RestRequest): Promise<object> {
  const body = parsePart(requestSchema, request.body);
  const requested = checkRows(body);
  const reference = tableOfPath(request);
  const name = fullTableName(reference);
  const { added, errors } = await store.mutate(reference, async (current) => {
    if (current === undefined) throw tableNotFound(reference);
    checkKind(reference, current.options, ['TABLE']);
    const { rows, errors } = convert(requested, current.schema, body);
    const wanted = fresh(rows, insertIds, name);
    const result = { added: wanted, errors };
    if (wanted.length === 0) return { change: undefined, result };
    return { change: { kind: 'append', rows: wanted.map(({ row }) => row) }, result };
  });
  // Only now are the rows there: the repeat of a request whose write failed must not pass for a duplicate.
  insertIds.add(
    name,
    added.flatMap(({ insertId }) => insertId ?? []),
  );
  return {
    kind: 'bigquery#tableDataInsertAllResponse',
    ...(errors.length > 0 && { insertErrors: errors }),
  };
}

function checkRows({ rows = [], templateSuffix }: InsertAllRequest): readonly RequestedRow[] {
  if (templateSuffix) throw new BigQueryError('notImplemented', 'templateSuffix is not supported locally.');
  if (rows.length === 0) throw new BigQueryError('invalid', 'No rows present in the request.');
  if (rows.length <= rowLimit) return rows;
  throw new BigQueryError(
    'invalid',
    `too many rows present in the request, limit: ${rowLimit} row count: ${rows.length}.`,
  );
}

interface IdentifiedRow {
  readonly row: Row;
  readonly insertId: string | undefined;
}

interface InsertError {
  readonly index: number;
  readonly errors: readonly { reason: string; location: string; debugInfo: string; message: string }[];
}

/** Unless invalid rows are to be skipped, one of them stops all. */
function convert(
  requested: readonly RequestedRow[],
  schema: readonly Field[],
  { ignoreUnknownValues, skipInvalidRows }: InsertAllRequest,
): { rows: IdentifiedRow[]; errors: InsertError[] } {
  const rows: IdentifiedRow[] = [];
  const good: number[] = [];
  const errors: InsertError[] = [];
  for (const [index, { json, insertId }] of requested.entries()) {
    const converted = rowOfJson(json, schema, ignoreUnknownValues === true, streamedText, streamingRefusal);
    if ('row' in converted) {
      rows.push({ row: converted.row, insertId: insertId || undefined });
      good.push(index);
    } else {
      const { message, location } = converted.problem;
      errors.push({ index, errors: [{ reason: 'invalid', location, debugInfo: '', message }] });
    }
  }
  if (errors.length === 0 || skipInvalidRows === true) return { rows, errors };
  const stopped = { reason: 'stopped', location: '', debugInfo: '', message: '' };
  return { rows: [], errors: [...errors, ...good.map((index) => ({ index, errors: [stopped] }))] };
}

/** Leaves out rows that were inserted in the last minute or two, or that are twice in this request. */
function fresh(rows: readonly IdentifiedRow[], insertIds: InsertIds, table: string): IdentifiedRow[] {
  const seen = new Set<string>();
  return rows.filter(({ insertId }) => {
    if (insertId === undefined) return true;
    if (seen.has(insertId) || insertIds.has(table, insertId)) return false;
    seen.add(insertId);
    return true;
  });
}

/** Remembers the insertIds of streamed rows for about a minute, as BigQuery does. */
export interface InsertIds {
  /** Whether this id was added for this table in the last minute or two. */
  has(table: string, insertId: string): boolean;
  add(table: string, insertIds: readonly string[]): void;
}

const rememberedMilliseconds = 60_000;

/**
 * Ids are kept in two generations that change places once a minute, so that forgetting costs nothing: an id
 * is known for one to two minutes.
 */
export function createInsertIds(now: () => number = () => performance.now()): InsertIds {
  let young = new Set<string>();
  let old = new Set<string>();
  let turned = now();
  function turn(): void {
    const age = now() - turned;
    if (age < rememberedMilliseconds) return;
    old = age < 2 * rememberedMilliseconds ? young : new Set();
    young = new Set();
    turned = now();
  }
  return {
    has(table, insertId) {
      turn();
      const key = `${table}\n${insertId}`;
      return young.has(key) || old.has(key);
    },
    add(table, insertIds) {
      turn();
      for (const insertId of insertIds) young.add(`${table}\n${insertId}`);
    },
  };
}
