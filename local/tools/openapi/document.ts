import { z } from 'zod';
import { httpStatusOf, problemTitleOf } from '../../../shared/errors';
import { accessTo } from '../../../shared/http/access';
import { deprecations } from '../../../shared/http/headers/deprecations';
import type { Quotas } from '../../../shared/tenants/rules/quotas';
import { answerSchemas, runEventSchemas } from './answers';
import { type Answer, answerHeaders, headersOfDeprecated, type Operation, type Parameter } from './operation';
import { operationOperations } from './operations/operations';
import { overviewOperations } from './operations/overview';
import { runOperations } from './operations/runs';
import { scheduleOperations } from './operations/schedules';
import { tenantOperations } from './operations/tenants';
import { healthOperations, usageOperations } from './operations/usage';
import { webhookOperations } from './operations/webhooks';
import { problemsOf } from './problems';

type Json = Readonly<Record<string, unknown>>;

/** What was really sent and received, by operation and status, and problems by code. */
export interface Examples {
  readonly operations: Readonly<Record<string, OperationExamples>>;
  readonly problems: Readonly<Record<string, unknown>>;
}

export interface OperationExamples {
  readonly request?: unknown;
  /** By status. */
  readonly answers: Readonly<Record<string, unknown>>;
}

/** All calls of the HTTP interface. */
export const operationsOf = (tiers: Readonly<Record<string, Quotas>>): readonly Operation[] =>
  [
    ...tenantOperations(tiers),
    ...overviewOperations,
    ...webhookOperations,
    ...scheduleOperations,
    ...runOperations,
    ...operationOperations(tiers),
    ...usageOperations,
    ...healthOperations,
  ].map((operation) => ({
    ...operation,
    access: accessTo(operation.id),
    deprecated: deprecations[operation.id] ?? {},
  }));

/** The OpenAPI 3.1 document. https://spec.openapis.org/oas/v3.1.1.html */
export function openApiDocument(operations: readonly Operation[], examples: Examples): Json {
  const bodies = operations.flatMap(({ body }) =>
    body === undefined ? [] : [[body.name, jsonSchema(body.schema, 'input')] as const],
  );
  const answers = Object.entries({ ...answerSchemas, ...runEventSchemas }).map(
    ([name, schema]) => [name, jsonSchema(schema, 'output')] as const,
  );
  return {
    openapi: '3.1.1',
    info: {
      title: 'tenant-pipelines',
      version: 'v1',
      description:
        'Onboards tenants, starts and follows their pipelines, and tells what they have used. Answers can get further fields; unknown fields in requests are refused.',
    },
    servers: [{ url: '/' }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths: pathsOf(operations, examples),
    components: {
      schemas: Object.fromEntries(
        [...bodies, ...answers].toSorted(([one], [other]) => (one < other ? -1 : 1)),
      ),
      securitySchemes: {
        tenant: {
          type: 'apiKey',
          in: 'header',
          name: 'X-API-Key',
          description:
            'A key of the tenant, with the scope that each call names: `run`, `read`, `results` or `manage`.',
        },
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'A short-lived token that a key of the tenant has made, with some of its scopes.',
        },
        admin: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Admin-Key',
          description: 'A key of the deployment. That of a `viewer` may only read.',
        },
        person: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A Google ID token of a person whom the deployment names.',
        },
        proxy: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Goog-IAP-JWT-Assertion',
          description: 'What Identity-Aware Proxy adds to the requests of such a person.',
        },
      },
    },
  };
}

function pathsOf(operations: readonly Operation[], examples: Examples): Json {
  const paths = new Map<string, Record<string, unknown>>();
  for (const operation of operations) {
    const path = paths.get(operation.path) ?? {};
    path[operation.method.toLowerCase()] = described(operation, examples);
    paths.set(operation.path, path);
  }
  return Object.fromEntries(paths);
}

function described(operation: Operation, examples: Examples): Json {
  const { id, tag, summary, description, body, deprecated } = operation;
  const own = examples.operations[id];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(deprecated.call !== undefined && { deprecated: true }),
    ...(description !== undefined && { description }),
    security: securityOf(operation),
    parameters: parametersOf(operation),
    ...(body !== undefined && {
      requestBody: {
        required: body.isRequired,
        content: { 'application/json': { schema: reference(body.name), ...exampleOf(own?.request) } },
      },
    }),
    responses: {
      ...Object.fromEntries(
        operation.answers.map((answer) => [
          String(answer.status),
          describedAnswer(answer, own, operation.deprecated),
        ]),
      ),
      ...problemResponses(operation, examples),
    },
  };
}

/** A tenant's key needs the scope that stands beside it, an admin the role. */
function securityOf({ access, method }: Operation): readonly Json[] {
  if (access.who === 'everybody') return [];
  const role = method === 'GET' ? 'viewer' : 'admin';
  const ofAdmins = ['admin', 'person', 'proxy'].map((scheme) => ({ [scheme]: [role] }));
  if (access.who === 'admin') return ofAdmins;
  const { who, scope } = access;
  const needed = scope === undefined || scope === 'any' ? [] : [scope];
  const takesTokens = scope !== undefined && scope !== 'manage';
  const ofTenant = [{ tenant: needed }, ...(takesTokens ? [{ token: needed }] : [])];
  return who === 'tenant' ? ofTenant : [...ofAdmins, ...ofTenant];
}

const pathParameters: Readonly<Record<string, string>> = {
  tenant: 'The id of the tenant.',
  run_id: 'The id of a run.',
  key_id: 'The id of a key, as the list of keys has it.',
  schedule_id: 'The id of a schedule, as the list of schedules has it.',
  webhook_id: 'The id of a webhook, as the list of webhooks has it.',
  delivery_id: 'The id of a delivery, as the list of deliveries and its receiver have it.',
  operation_id: 'The id of an operation.',
  provider: 'The first part of the pipeline’s name.',
  domain: 'The second part of the pipeline’s name.',
  pipeline: 'The third part of the pipeline’s name.',
};

function parametersOf({ path, query = {}, headers = {}, deprecated }: Operation): readonly Json[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const listed = (place: string, given: Readonly<Record<string, Parameter>>) =>
    Object.entries(given).map(([name, { description, schema, isRequired }]) => ({
      name,
      in: place,
      ...(isRequired && { required: true }),
      description,
      ...(place === 'query' && deprecated.parameters?.[name] !== undefined && { deprecated: true }),
      schema,
    }));
  return [
    ...names.map((name) => ({
      name,
      in: 'path',
      required: true,
      description: pathParameters[name] ?? '',
      schema: { type: 'string' },
    })),
    ...listed('query', query),
    ...listed('header', headers),
  ];
}

function describedAnswer(
  { status, description, body, alsoAs, headers = [] }: Answer,
  own: OperationExamples | undefined,
  deprecated: Operation['deprecated'],
) {
  const example = exampleOf(own?.answers[status]);
  const content =
    body === undefined
      ? undefined
      : 'name' in body
        ? {
            'application/json': { schema: reference(body.name), ...example },
            ...(alsoAs !== undefined && { [alsoAs]: { schema: { type: 'string' } } }),
          }
        : { [body.mediaType]: { schema: { type: 'string' }, ...example } };
  const told = Object.fromEntries(
    headers.map((name) => [name, { description: answerHeaders[name], schema: { type: 'string' } }]),
  );
  return {
    description,
    headers: {
      ...told,
      ...headersOfDeprecated(deprecated),
      'X-Request-Id': requestId,
    },
    ...(content !== undefined && { content }),
  };
}

const requestId = { description: 'Names the request in the log.', schema: { type: 'string' } };

/** By status: several codes can share one. */
function problemResponses(operation: Operation, examples: Examples): Json {
  const codes = problemsOf(operation);
  const statuses = [...new Set(codes.map((code) => String(httpStatusOf(code))))];
  const taken = new Set(operation.answers.map(({ status }) => String(status)));
  return Object.fromEntries(
    statuses.flatMap((status) => {
      if (taken.has(status)) return [];
      const ofStatus = codes.filter((code) => String(httpStatusOf(code)) === status);
      const shown = ofStatus.flatMap((code) =>
        examples.problems[code] === undefined ? [] : [[code, { value: examples.problems[code] }]],
      );
      const content = {
        schema: reference('Problem'),
        ...(shown.length > 0 && { examples: Object.fromEntries(shown) }),
      };
      const description = ofStatus.map((code) => `${problemTitleOf(code)} (\`${code}\`)`).join('; ');
      const headers = {
        'X-Request-Id': requestId,
        ...(retried.has(status) && { 'Retry-After': retryAfter }),
      };
      return [[status, { description, headers, content: { 'application/problem+json': content } }]];
    }),
  );
}

const retried = new Set(['429', '503']);
const retryAfter = {
  description: 'After so many seconds it makes sense to ask again.',
  schema: { type: 'integer' },
};

const reference = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const exampleOf = (example: unknown): Json => (example === undefined ? {} : { example });

/** Answers can get further fields, so of them only requests say that there are no others. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    override: ({ jsonSchema: made }) => {
      if (io === 'output' && made.additionalProperties === false) delete made.additionalProperties;
      // A format says enough.
      if (made.format !== undefined) delete made.pattern;
      // JavaScript's largest exact numbers say nothing of the interface.
      if (made.maximum === Number.MAX_SAFE_INTEGER) delete made.maximum;
      if (made.minimum === Number.MIN_SAFE_INTEGER) delete made.minimum;
    },
  });
  return rest;
}
