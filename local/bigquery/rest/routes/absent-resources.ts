import { z } from 'zod';
import { BigQueryError } from '../../bigquery-error';
import { datasetNotFound, tableNotFound } from '../../not-found';
import { fullDatasetName, fullTableName } from '../../store/reference-names';
import type { Store } from '../../store/store';
import type { RestRequest, RestRoute } from '../router';
import { parsePart } from '../wire-errors';
import { datasetOfPath, etagOf, tableOfPath } from './resource-requests';

const dataset = '/projects/:projectId/datasets/:datasetId';

/**
 * Models, row access policies and IAM policies: there are none, and none can be made. Lists of them are empty, one by
 * name is not found, making one is refused, and everybody may do everything.
 */
export const absentResourceRoutes = (store: Store): RestRoute[] => [
  { method: 'GET', path: `${dataset}/models`, handle: (request) => noneIn(store, request) },
  ...['GET', 'PATCH', 'DELETE'].map((method) => ({
    method,
    path: `${dataset}/models/:modelId`,
    handle: modelNotFound,
  })),
  {
    method: 'GET',
    path: `${dataset}/tables/:tableId/rowAccessPolicies`,
    handle: (request) => noneOf(store, request),
  },
  { method: 'POST', path: `${dataset}/tables/:tableId/rowAccessPolicies`, handle: refusePolicy },
  ...['GET', 'PUT', 'DELETE'].map((method) => ({
    method,
    path: `${dataset}/tables/:tableId/rowAccessPolicies/:policyId`,
    handle: policyNotFound,
  })),
  { method: 'POST', path: `${dataset}/tables/:tableCall`, handle: (request) => iamCall(store, request) },
];

function noneIn(store: Store, request: RestRequest): object {
  const reference = datasetOfPath(request);
  if (!store.hasDataset(reference)) throw datasetNotFound(reference);
  return {};
}

function noneOf(store: Store, request: RestRequest): object {
  const reference = tableOfPath(request);
  if (store.table(reference) === undefined) throw tableNotFound(reference);
  return {};
}

function modelNotFound(request: RestRequest): never {
  const name = `${fullDatasetName(datasetOfPath(request))}.${request.params.modelId}`;
  throw new BigQueryError('notFound', `Not found: Model ${name}`);
}

function policyNotFound(request: RestRequest): never {
  const name = `${fullTableName(tableOfPath(request))}.${request.params.policyId}`;
  throw new BigQueryError('notFound', `Not found: Row access policy ${name}`);
}

function refusePolicy(): never {
  throw new BigQueryError('notImplemented', 'Row access policies are not supported locally.');
}

const permissionsSchema = z.object({ permissions: z.array(z.string()).default([]) });

/** `tables/orders:getIamPolicy` and the like. */
function iamCall(store: Store, { params, ...request }: RestRequest): object {
  const [tableId = '', call] = (params.tableCall ?? '').split(':');
  const reference = tableOfPath({ ...request, params: { ...params, tableId } });
  if (call === undefined) throw new BigQueryError('notFound', `Not found: POST ${fullTableName(reference)}`);
  if (store.table(reference) === undefined) throw tableNotFound(reference);
  if (call === 'getIamPolicy') return { version: 1, etag: etagOf('none') };
  if (call === 'testIamPermissions') return parsePart(permissionsSchema, request.body ?? {});
  const message = `${call} is not supported locally: expected getIamPolicy or testIamPermissions. Everybody may do everything.`;
  throw new BigQueryError('notImplemented', message);
}
