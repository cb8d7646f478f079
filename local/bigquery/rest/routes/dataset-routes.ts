import { z } from 'zod';
import { BigQueryError } from '../../bigquery-error';
import {
  type DatasetProperties,
  type DatasetRecord,
  datasetPropertiesSchema,
} from '../../store/disk/data-folder';
import { checkDatasetId, fullDatasetName } from '../../store/reference-names';
import type { Store } from '../../store/store';
import { pageOf } from '../paging';
import type { RestRequest, RestRoute } from '../router';
import { parsePart } from '../wire-errors';
import {
  checkIfMatch,
  checkLabels,
  checkProject,
  datasetOfPath,
  etagOf,
  mergePatch,
  withoutNulls,
} from './resource-requests';

const insertSchema = z.looseObject({
  datasetReference: z.object({ datasetId: z.string() }),
  location: z.string().optional(),
});

/** datasets.* of REST v2. */
export function datasetRoutes(store: Store): RestRoute[] {
  const collection = '/projects/:projectId/datasets';
  const one = `${collection}/:datasetId`;
  return [
    { method: 'POST', path: collection, handle: (request) => insert(store, request) },
    { method: 'GET', path: collection, handle: (request) => list(store, request) },
    { method: 'GET', path: one, handle: (request) => resource(store, get(store, request)) },
    { method: 'PATCH', path: one, handle: (request) => change(store, request, mergePatch) },
    {
      method: 'PUT',
      path: one,
      handle: (request) => change(store, request, (_, body) => mergePatch({}, body)),
    },
    {
      method: 'DELETE',
      path: one,
      handle: async (request) => {
        await store.deleteDataset(datasetOfPath(request), request.query.get('deleteContents') === 'true');
        return undefined;
      },
    },
    { method: 'POST', path: `${collection}/:datasetCall`, handle: (request) => datasetCall(store, request) },
  ];
}

const undeleteSchema = z.looseObject({ deletionTime: z.string().optional() });

/** `datasets/orders:undelete`. https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets/undelete */
async function datasetCall(store: Store, { params, ...request }: RestRequest): Promise<object> {
  const [datasetId = '', call] = (params.datasetCall ?? '').split(':');
  const reference = datasetOfPath({ ...request, params: { ...params, datasetId } });
  if (call !== 'undelete')
    throw new BigQueryError('notFound', `Not found: POST ${fullDatasetName(reference)}:${call ?? ''}`);
  const { deletionTime } = parsePart(undeleteSchema, request.body ?? {});
  if (deletionTime !== undefined)
    throw new BigQueryError('notImplemented', 'deletionTime is not supported locally: expected none.');
  return resource(store, await store.undeleteDataset(reference));
}

async function insert(store: Store, request: RestRequest): Promise<object> {
  checkProject(store, request);
  const { datasetReference, location = 'US' } = parsePart(insertSchema, withoutNulls(request.body));
  checkDatasetId(datasetReference.datasetId);
  const properties = propertiesOf(mergePatch({}, request.body));
  return resource(store, await store.createDataset(datasetReference.datasetId, location, properties));
}

function get(store: Store, request: RestRequest): DatasetRecord {
  const reference = datasetOfPath(request);
  const record = store.dataset(reference);
  if (record === undefined)
    throw new BigQueryError('notFound', `Not found: Dataset ${fullDatasetName(reference)}`);
  return record;
}

async function change(
  store: Store,
  request: RestRequest,
  combine: (current: unknown, body: unknown) => unknown,
): Promise<object> {
  const body = parsePart(z.looseObject({}), request.body);
  const record = await store.updateDataset(datasetOfPath(request), (current) => {
    checkIfMatch(request, etag(current));
    return propertiesOf(combine(current.properties, body));
  });
  return resource(store, record);
}

function list(store: Store, request: RestRequest): object {
  checkProject(store, request);
  const wanted = labelFilter(request.query.get('filter') ?? '');
  const all = request.query.get('all') === 'true';
  const matching = store
    .datasets()
    .filter((record) => (all || !record.datasetId.startsWith('_')) && wanted(record.properties.labels ?? {}));
  const { items, nextPageToken } = pageOf(matching, ({ datasetId }) => datasetId, request.query, 50);
  return {
    kind: 'bigquery#datasetList',
    etag: etagOf(...items.map(etag)),
    ...(nextPageToken !== undefined && { nextPageToken }),
    datasets: items.map((record) => ({
      kind: 'bigquery#dataset',
      ...identity(store, record),
      ...listed(record),
    })),
  };
}

/** `labels.key:value` or `labels.key`, several joined by spaces or AND. @throws BigQueryError `invalid` */
function labelFilter(filter: string): (labels: Readonly<Record<string, string>>) => boolean {
  const terms = filter.split(/\s+/).filter((term) => term !== '' && term.toUpperCase() !== 'AND');
  const tests = terms.map((term) => {
    const [, key, value] = /^labels\.([^:]+)(?::(.*))?$/.exec(term) ?? [];
    if (key === undefined) throw new BigQueryError('invalid', `Invalid filter: ${filter}`, 'filter');
    return { key, value: value === '*' ? undefined : value };
  });
  return (labels) =>
    tests.every(({ key, value }) =>
      value === undefined ? labels[key] !== undefined : labels[key] === value,
    );
}

function resource(store: Store, record: DatasetRecord): object {
  return {
    kind: 'bigquery#dataset',
    etag: etag(record),
    selfLink: `/bigquery/v2/projects/${store.projectId}/datasets/${record.datasetId}`,
    ...identity(store, record),
    access: defaultAccess,
    ...record.properties,
    location: record.location,
    creationTime: String(record.creationTime),
    lastModifiedTime: String(record.modifiedTime),
    type: 'DEFAULT',
  };
}

const defaultAccess = [
  { role: 'WRITER', specialGroup: 'projectWriters' },
  { role: 'OWNER', specialGroup: 'projectOwners' },
  { role: 'READER', specialGroup: 'projectReaders' },
];

function listed({ location, properties: { labels, friendlyName } }: DatasetRecord): object {
  return {
    location,
    ...(labels !== undefined && { labels }),
    ...(friendlyName !== undefined && { friendlyName }),
  };
}

function identity({ projectId }: Store, { datasetId }: DatasetRecord): object {
  return { id: `${projectId}:${datasetId}`, datasetReference: { projectId, datasetId } };
}

function etag({ datasetId, modifiedTime, creationTime }: DatasetRecord): string {
  return etagOf(datasetId, creationTime, modifiedTime);
}

function propertiesOf(body: unknown): DatasetProperties {
  const properties = parsePart(datasetPropertiesSchema, body);
  checkLabels(properties.labels);
  return properties;
}
