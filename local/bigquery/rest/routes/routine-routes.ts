import { z } from 'zod';
import { BigQueryError } from '../../bigquery-error';
import type { DatasetReference, RoutineKind, SqlEngine, TableOptions } from '../../model';
import { datasetNotFound } from '../../not-found';
import { fullDatasetName } from '../../store/reference-names';
import { routineTableId } from '../../store/schema/table-kinds';
import type { Store } from '../../store/store';
import type { TableState } from '../../store/table-state';
import { pageOf } from '../paging';
import type { RestRequest, RestRoute } from '../router';
import { parsePart } from '../wire-errors';
import { checkIfMatch, datasetOfPath, etagOf, withoutNulls } from './resource-requests';
import { type RoutineArgument, routineParts, routineStatement, type StandardType } from './routine-text';

const typeSchema: z.ZodType<StandardType> = z.lazy(() =>
  z.object({
    typeKind: z.string(),
    arrayElementType: typeSchema.optional(),
    structType: z
      .object({ fields: z.array(z.object({ name: z.string().optional(), type: typeSchema.optional() })) })
      .optional(),
  }),
);

const argumentSchema: z.ZodType<RoutineArgument> = z.object({
  name: z.string().optional(),
  argumentKind: z.string().optional(),
  mode: z.string().optional(),
  dataType: typeSchema.optional(),
});

const kinds: Readonly<Record<string, RoutineKind>> = {
  SCALAR_FUNCTION: 'FUNCTION',
  TABLE_VALUED_FUNCTION: 'TABLE_FUNCTION',
  PROCEDURE: 'PROCEDURE',
};
const typeOfKind = (kind: RoutineKind): string =>
  Object.keys(kinds).find((type) => kinds[type] === kind) ?? 'SCALAR_FUNCTION';

const routineSchema = z.object({
  routineReference: z.object({ routineId: z.string() }).optional(),
  routineType: z.string(),
  language: z.string().default('SQL'),
  arguments: z.array(argumentSchema).default([]),
  returnType: typeSchema.optional(),
  definitionBody: z.string(),
  description: z.string().optional(),
});

type RoutineRequest = z.infer<typeof routineSchema>;

/** routines.* of REST v2: functions and procedures in SQL. */
export function routineRoutes(store: Store, engine: SqlEngine): RestRoute[] {
  const collection = '/projects/:projectId/datasets/:datasetId/routines';
  const one = `${collection}/:routineId`;
  return [
    { method: 'GET', path: collection, handle: (request) => list(store, request) },
    { method: 'POST', path: collection, handle: (request) => insert(store, engine, request) },
    { method: 'GET', path: one, handle: (request) => resource(found(store, request)) },
    { method: 'PUT', path: one, handle: (request) => update(store, engine, request) },
    { method: 'DELETE', path: one, handle: (request) => remove(store, request) },
  ];
}

interface Found {
  readonly dataset: DatasetReference;
  readonly routineId: string;
  readonly routine: NonNullable<TableOptions['routine']>;
  readonly state: TableState;
}

const nameOf = (dataset: DatasetReference, routineId: string): string =>
  `${fullDatasetName(dataset)}.${routineId}`;

function found(store: Store, request: RestRequest): Found {
  const dataset = datasetOfPath(request);
  const routineId = request.params.routineId ?? '';
  const known = store.hasDataset(dataset) ? routineNamed(store, dataset, routineId) : undefined;
  if (known !== undefined) return known;
  throw new BigQueryError('notFound', `Not found: Routine ${nameOf(dataset, routineId)}`);
}

function routineNamed(store: Store, dataset: DatasetReference, routineId: string): Found | undefined {
  const state = store.table({ ...dataset, tableId: routineTableId(routineId) });
  const routine = state?.definition.options.routine;
  return state && routine && { dataset, routineId, routine, state };
}

function list(store: Store, request: RestRequest): object {
  const dataset = datasetOfPath(request);
  if (!store.hasDataset(dataset)) throw datasetNotFound(dataset);
  const routines = store.routinesOf(dataset).flatMap((name) => routineNamed(store, dataset, name) ?? []);
  const { items, nextPageToken } = pageOf(routines, ({ routineId }) => routineId, request.query, 50);
  return { ...(nextPageToken !== undefined && { nextPageToken }), routines: items.map(resource) };
}

/** A routine as routines.get answers it. */
function resource({ dataset, routineId, routine, state }: Found): object {
  const { definition, modifiedTime } = state;
  const { arguments: list, returnType, definitionBody } = routineParts(routine.kind, routine.definition);
  return {
    etag: etag(state, routineId),
    routineReference: { ...dataset, routineId },
    routineType: typeOfKind(routine.kind),
    language: 'SQL',
    creationTime: String(definition.creationTime),
    lastModifiedTime: String(modifiedTime),
    ...(list.length > 0 && { arguments: list }),
    ...(returnType && { returnType }),
    definitionBody,
    ...(definition.options.description !== undefined && { description: definition.options.description }),
  };
}

const etag = ({ definition }: TableState, routineId: string): string =>
  etagOf(routineId, definition.creationTime, definition.definedTime);

async function insert(store: Store, engine: SqlEngine, request: RestRequest): Promise<object> {
  const body = parsePart(routineSchema, withoutNulls(request.body));
  const dataset = datasetOfPath(request);
  const routineId = body.routineReference?.routineId ?? '';
  if (!/^[A-Za-z_]\w{0,255}$/.test(routineId)) {
    const message = `Invalid routine ID "${routineId}": expected letters, digits and underscores, at most 256, no digit first.`;
    throw new BigQueryError('invalid', message);
  }
  const options = await optionsOf(engine, dataset, routineId, body);
  await store.mutate({ ...dataset, tableId: routineTableId(routineId) }, async (current) => {
    if (current !== undefined)
      throw new BigQueryError('duplicate', `Already Exists: Routine ${nameOf(dataset, routineId)}`);
    return { change: { kind: 'create', schema: [], rows: [], options }, result: undefined };
  });
  return resource(found(store, { ...request, params: { ...request.params, routineId } }));
}

async function update(store: Store, engine: SqlEngine, request: RestRequest): Promise<object> {
  const { dataset, routineId } = found(store, request);
  const body = parsePart(routineSchema, withoutNulls(request.body));
  const options = await optionsOf(engine, dataset, routineId, body);
  await store.mutate({ ...dataset, tableId: routineTableId(routineId) }, async () => {
    checkIfMatch(request, etag(found(store, request).state, routineId));
    return { change: { kind: 'alter', schema: [], options }, result: undefined };
  });
  return resource(found(store, request));
}

/** What is kept of a routine, once the engine has found that it can be made. */
async function optionsOf(
  engine: SqlEngine,
  dataset: DatasetReference,
  routineId: string,
  { routineType, language, description, ...parts }: RoutineRequest,
): Promise<TableOptions> {
  const kind = kinds[routineType];
  if (kind === undefined) {
    const message = `Invalid routineType: expected ${Object.keys(kinds).join(', ')}, given ${routineType}`;
    throw new BigQueryError('notImplemented', message);
  }
  if (language !== 'SQL') {
    const message = `Routines in ${language} are not supported locally: expected SQL.`;
    throw new BigQueryError('notImplemented', message);
  }
  const { projectId, datasetId } = dataset;
  const name = [projectId, datasetId, routineId].map((part) => `\`${part}\``).join('.');
  const definition = routineStatement(kind, name, parts);
  const sql = definition.replace(/^CREATE /, 'CREATE OR REPLACE ');
  await engine.analyze({ sql, projectId, parameters: [] });
  return { routine: { kind, definition }, ...(description !== undefined && { description }) };
}

async function remove(store: Store, request: RestRequest): Promise<undefined> {
  const { dataset, routineId } = found(store, request);
  const change = { kind: 'drop' } as const;
  await store.mutate({ ...dataset, tableId: routineTableId(routineId) }, async () => ({
    change,
    result: undefined,
  }));
}
