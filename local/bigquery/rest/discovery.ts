import type { RestRoute } from './router';

type Parameters = Readonly<Record<string, 'string' | 'integer' | 'boolean' | 'strings'>>;
/** HTTP method, path, query parameters, and whether it has a body. */
type Call = readonly [method: string, path: string, parameters: Parameters];

const page: Parameters = { maxResults: 'integer', pageToken: 'string' };
const place: Parameters = { location: 'string' };
const format: Parameters = { 'formatOptions.useInt64Timestamp': 'boolean', startIndex: 'string' };
const policyVersion: Parameters = { accessPolicyVersion: 'integer' };
const project = 'projects/{+projectId}';
const dataset = `${project}/datasets/{+datasetId}`;
const table = `${dataset}/tables/{+tableId}`;
const job = `${project}/jobs/{+jobId}`;
const routine = `${dataset}/routines/{+routineId}`;
const model = `${dataset}/models/{+modelId}`;
const policy = `${table}/rowAccessPolicies/{+policyId}`;

/**
 * The calls of BigQuery's REST interface, as a client that reads descriptions has to know them; also those that
 * are not served, so that they are refused by the server.
 * https://cloud.google.com/bigquery/docs/reference/rest
 */
const calls: Readonly<Record<string, Readonly<Record<string, Call>>>> = {
  projects: {
    list: ['GET', 'projects', page],
    getServiceAccount: ['GET', `${project}/serviceAccount`, {}],
  },
  datasets: {
    list: ['GET', `${project}/datasets`, { ...page, all: 'boolean', filter: 'string' }],
    get: ['GET', dataset, { ...policyVersion, datasetView: 'string' }],
    insert: ['POST', `${project}/datasets`, policyVersion],
    patch: ['PATCH', dataset, { ...policyVersion, updateMode: 'string' }],
    update: ['PUT', dataset, { ...policyVersion, updateMode: 'string' }],
    delete: ['DELETE', dataset, { deleteContents: 'boolean' }],
    undelete: ['POST', `${dataset}:undelete`, {}],
  },
  tables: {
    list: ['GET', `${dataset}/tables`, page],
    get: ['GET', table, { selectedFields: 'string', view: 'string' }],
    insert: ['POST', `${dataset}/tables`, {}],
    patch: ['PATCH', table, { autodetect_schema: 'boolean' }],
    update: ['PUT', table, { autodetect_schema: 'boolean' }],
    delete: ['DELETE', table, {}],
    getIamPolicy: ['POST', '{+resource}:getIamPolicy', {}],
    setIamPolicy: ['POST', '{+resource}:setIamPolicy', {}],
    testIamPermissions: ['POST', '{+resource}:testIamPermissions', {}],
  },
  tabledata: {
    list: ['GET', `${table}/data`, { ...page, ...format, selectedFields: 'string' }],
    insertAll: ['POST', `${table}/insertAll`, {}],
  },
  jobs: {
    list: [
      'GET',
      `${project}/jobs`,
      {
        ...page,
        allUsers: 'boolean',
        maxCreationTime: 'string',
        minCreationTime: 'string',
        parentJobId: 'string',
        projection: 'string',
        stateFilter: 'strings',
      },
    ],
    get: ['GET', job, place],
    insert: ['POST', `${project}/jobs`, {}],
    query: ['POST', `${project}/queries`, {}],
    getQueryResults: [
      'GET',
      `${project}/queries/{+jobId}`,
      { ...page, ...place, ...format, timeoutMs: 'integer' },
    ],
    cancel: ['POST', `${job}/cancel`, place],
    delete: ['DELETE', `${job}/delete`, place],
  },
  routines: {
    list: ['GET', `${dataset}/routines`, { ...page, filter: 'string', readMask: 'string' }],
    get: ['GET', routine, { readMask: 'string' }],
    insert: ['POST', `${dataset}/routines`, {}],
    update: ['PUT', routine, {}],
    delete: ['DELETE', routine, {}],
  },
  models: {
    list: ['GET', `${dataset}/models`, page],
    get: ['GET', model, {}],
    patch: ['PATCH', model, {}],
    delete: ['DELETE', model, {}],
  },
  rowAccessPolicies: {
    list: ['GET', `${table}/rowAccessPolicies`, { pageSize: 'integer', pageToken: 'string' }],
    get: ['GET', policy, {}],
    insert: ['POST', `${table}/rowAccessPolicies`, {}],
    update: ['PUT', policy, {}],
    delete: ['DELETE', policy, { force: 'boolean' }],
  },
};

const hasBody = new Set(['POST', 'PUT', 'PATCH']);
/** Bodies are not described: whoever reads this sends what it likes, and is told what is wrong with it. */
const anything = 'Anything';

function methodOf(resource: string, name: string, [httpMethod, path, query]: Call): object {
  const variables = [...path.matchAll(/\{\+(\w+)\}/g)].map((match) => match[1] ?? '');
  const parameters = Object.fromEntries([
    ...variables.map((variable) => [variable, { location: 'path', required: true, type: 'string' }] as const),
    ...Object.entries(query).map(([parameter, type]) => {
      const described = type === 'strings' ? { type: 'string', repeated: true } : { type };
      return [parameter, { location: 'query', ...described }] as const;
    }),
  ]);
  const upload = resource === 'jobs' && name === 'insert';
  return {
    id: `bigquery.${resource}.${name}`,
    httpMethod,
    path,
    parameterOrder: variables,
    parameters,
    ...(hasBody.has(httpMethod) && { request: { $ref: anything } }),
    ...(httpMethod !== 'DELETE' && { response: { $ref: anything } }),
    ...(upload && {
      supportsMediaUpload: true,
      mediaUpload: {
        accept: ['*/*'],
        protocols: {
          simple: { multipart: true, path: `/upload/bigquery/v2/${path}` },
          resumable: { multipart: true, path: `/upload/bigquery/v2/${path}` },
        },
      },
    }),
  };
}

/** A description of the interface as Google's API discovery service has it, for clients that are made of one. */
function discoveryDocument(rootUrl: string): object {
  const resources = Object.entries(calls).map(([resource, methods]) => [
    resource,
    {
      methods: Object.fromEntries(
        Object.entries(methods).map(([name, call]) => [name, methodOf(resource, name, call)]),
      ),
    },
  ]);
  return {
    kind: 'discovery#restDescription',
    discoveryVersion: 'v1',
    id: 'bigquery:v2',
    name: 'bigquery',
    version: 'v2',
    title: 'BigQuery API',
    protocol: 'rest',
    rootUrl,
    servicePath: 'bigquery/v2/',
    basePath: '/bigquery/v2/',
    baseUrl: `${rootUrl}bigquery/v2/`,
    batchPath: 'batch/bigquery/v2',
    parameters: Object.fromEntries(
      ['alt', 'fields', 'key', 'oauth_token', 'prettyPrint', 'quotaUser', 'userIp', 'trace'].map((name) => [
        name,
        { type: 'string', location: 'query' },
      ]),
    ),
    schemas: { [anything]: { id: anything, type: 'object', properties: {} } },
    resources: Object.fromEntries(resources),
  };
}

/** Where Google's own clients look for the description. */
export const discoveryRoutes = (): RestRoute[] =>
  ['/$discovery/rest', '/discovery/v1/apis/bigquery/v2/rest'].map((path) => ({
    method: 'GET',
    path,
    handle: ({ headers }) => discoveryDocument(`http://${headers.host ?? '127.0.0.1'}/`),
  }));
