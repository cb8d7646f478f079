import { z } from 'zod';
import { BigQueryError } from '../../bigquery-error';
import type { Field, SqlEngine, TableChange, TableOptions, TableReference, TableSnapshot } from '../../model';
import { tableNotFound } from '../../not-found';
import { checkTableId, fullTableName } from '../../store/reference-names';
import { fieldsOfRest, restSchema, tableOptionsSchema } from '../../store/schema/rest-schema';
import { mergeSchema } from '../../store/schema/schema-change';
import { queryOfView } from '../../store/schema/table-kinds';
import type { Store } from '../../store/store';
import { pageOf } from '../paging';
import type { RestRequest, RestRoute } from '../router';
import { parsePart } from '../wire-errors';
import {
  checkIfMatch,
  checkLabels,
  datasetOfPath,
  etagOf,
  mergePatch,
  tableOfPath,
  withoutNulls,
} from './resource-requests';
import { listedTable, requireTable, tableEtag, tableResource } from './table-resource';
import { checkSameKind, fieldsOfView } from './view-requests';

const insertSchema = z.looseObject({
  tableReference: z.object({ tableId: z.string() }),
  schema: restSchema.optional(),
});
const changeSchema = z.looseObject({ schema: restSchema.nullish() });

/** Kinds of tables that are more than rows. */
const unsupported = ['externalDataConfiguration', 'snapshotDefinition', 'cloneDefinition'];

/** tables.* of REST v2. */
export function tableRoutes(store: Store, engine: SqlEngine): RestRoute[] {
  const collection = '/projects/:projectId/datasets/:datasetId/tables';
  const one = `${collection}/:tableId`;
  return [
    { method: 'POST', path: collection, handle: (request) => insert(store, engine, request) },
    { method: 'GET', path: collection, handle: (request) => list(store, request) },
    {
      method: 'GET',
      path: one,
      handle(request) {
        const { reference, state } = requireTable(store, request);
        return tableResource(store, reference, state, request.query.get('view') === 'BASIC');
      },
    },
    { method: 'PATCH', path: one, handle: (request) => change(store, engine, request, mergePatch) },
    {
      method: 'PUT',
      path: one,
      handle: (request) => change(store, engine, request, (_, body) => mergePatch({}, body)),
    },
    { method: 'DELETE', path: one, handle: (request) => remove(store, request) },
  ];
}

async function insert(store: Store, engine: SqlEngine, request: RestRequest): Promise<object> {
  const body = parsePart(insertSchema, withoutNulls(request.body));
  const kind = unsupported.find((name) => body[name] != null);
  if (kind !== undefined)
    throw new BigQueryError('notImplemented', `Tables with ${kind} are not supported locally.`);
  const reference = { ...datasetOfPath(request), tableId: body.tableReference.tableId };
  checkTableId(reference.tableId);
  const given = parsePart(tableOptionsSchema, mergePatch({}, request.body));
  const query = queryOfView(given);
  if (query !== undefined && body.schema !== undefined) throw viewWithSchema();
  const schema =
    query === undefined
      ? fieldsOfRest(body.schema)
      : await fieldsOfView(engine, reference, query, given.view?.useLegacySql);
  const options = optionsOf(mergePatch({}, request.body), schema);
  await store.mutate(reference, async (current) => {
    if (current !== undefined)
      throw new BigQueryError('duplicate', `Already Exists: Table ${fullTableName(reference)}`);
    return { change: { kind: 'create', schema, rows: [], options }, result: undefined };
  });
  return resourceOf(store, reference);
}

async function change(
  store: Store,
  engine: SqlEngine,
  request: RestRequest,
  combine: (current: unknown, body: unknown) => unknown,
): Promise<object> {
  const body = parsePart(changeSchema, request.body);
  const reference = tableOfPath(request);
  await store.mutate(reference, async (current) => {
    const state = store.table(reference);
    if (current === undefined || state === undefined) throw tableNotFound(reference);
    checkIfMatch(request, tableEtag(reference, state));
    const { options: before } = state.definition;
    const wanted = parsePart(tableOptionsSchema, combine(before, request.body));
    checkSameKind(reference, before, wanted);
    const query = queryOfView(wanted);
    // A view's columns are its query's, whatever a client that sends back what it was given says.
    const schema =
      query === undefined
        ? changedSchema(reference, current, body.schema ?? undefined)
        : query === queryOfView(before)
          ? current.schema
          : await fieldsOfView(engine, reference, query, wanted.view?.useLegacySql);
    const options = optionsOf(combine(before, request.body), schema);
    const alter: TableChange = { kind: 'alter', schema, options };
    return { change: alter, result: undefined };
  });
  return resourceOf(store, reference);
}

function changedSchema(
  reference: TableReference,
  current: TableSnapshot,
  provided: z.infer<typeof restSchema> | undefined,
): readonly Field[] {
  if (provided === undefined) return current.schema;
  return mergeSchema(fullTableName(reference), current.schema, fieldsOfRest(provided));
}

async function remove(store: Store, request: RestRequest): Promise<undefined> {
  const reference = tableOfPath(request);
  await store.mutate(reference, async (current) => {
    if (current === undefined) throw tableNotFound(reference);
    return { change: { kind: 'drop' }, result: undefined };
  });
}

function list(store: Store, request: RestRequest): object {
  const reference = datasetOfPath(request);
  if (!store.hasDataset(reference)) requireTable(store, request);
  const tables = store.tablesOf(reference);
  const { items, nextPageToken } = pageOf(tables, ({ tableId }) => tableId, request.query, 50);
  const states = items.flatMap((item) => {
    const state = store.table(item);
    return state === undefined ? [] : [{ item, state }];
  });
  return {
    kind: 'bigquery#tableList',
    etag: etagOf(...states.map(({ item, state }) => tableEtag(item, state))),
    ...(nextPageToken !== undefined && { nextPageToken }),
    tables: states.map(({ item, state }) => listedTable(item, state)),
    totalItems: tables.length,
  };
}

function optionsOf(body: unknown, schema: readonly Field[]): TableOptions {
  const options = parsePart(tableOptionsSchema, body);
  checkLabels(options.labels);
  const partitionField = options.timePartitioning?.field ?? options.rangePartitioning?.field;
  if (partitionField !== undefined) checkField('partitioning', partitionField, schema);
  for (const name of options.clustering?.fields ?? []) checkField('clustering', name, schema);
  return options;
}

/** In BigQuery's words: https://github.com/googleapis/google-cloud-python/issues/7246 */
const viewWithSchema = () =>
  new BigQueryError('invalid', "Schema field shouldn't be used as input with a view");

function checkField(purpose: string, name: string, schema: readonly Field[]): void {
  if (schema.some((field) => field.name.toLowerCase() === name.toLowerCase())) return;
  throw new BigQueryError(
    'invalid',
    `The field specified for ${purpose} cannot be found in the schema. Invalid field: ${name}.`,
  );
}

function resourceOf(store: Store, reference: TableReference): object {
  const state = store.table(reference);
  if (state === undefined) throw tableNotFound(reference);
  return tableResource(store, reference, state);
}
