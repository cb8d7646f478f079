import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { z } from 'zod';
import { accessOf } from '../../../shared/http/access';
import { valuesOf } from './schema-values';

const parameterSchema = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  schema: z.unknown(),
});
const operationSchema = z.object({
  operationId: z.string(),
  parameters: z.array(parameterSchema),
  requestBody: z
    .object({ content: z.object({ 'application/json': z.object({ schema: z.unknown() }) }) })
    .optional(),
});
const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});

/** Who asks. */
export type MadeCaller = 'admin' | 'tenant' | 'other tenant' | 'nobody';

/** Those that are left out are undefined. */
type Given = Readonly<Record<string, string | undefined>>;

export interface MadeRequest {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Given;
  readonly body: unknown;
  readonly caller: MadeCaller;
}

/** What stands in paths, by the names of their parameters. */
export type PathValues = Readonly<Record<string, readonly string[]>>;

const document = documentSchema.parse(
  JSON.parse(readFileSync(join(__dirname, '../../../schemas/openapi.json'), 'utf8')),
);
const { schemas } = document.components;

/** Something else than the document says, now and then. */
const mostly = <T>(right: fc.Arbitrary<T>, wrong: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: wrong });

const anything = fc.string({ unit: 'binary', maxLength: 60 });
/** What a header can hold. */
const printable = fc.stringMatching(/^[ -~]{0,60}$/);

/**
 * Requests for every call of openapi.json, made of what it says of paths, parameters and bodies; one part in ten is
 * something else.
 */
export const requestsOf = (pathValues: PathValues): fc.Arbitrary<MadeRequest> =>
  fc.oneof(
    ...Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => requestOf(path, method, operation, pathValues)),
    ),
  );

function requestOf(
  path: string,
  method: string,
  { operationId, parameters, requestBody }: z.infer<typeof operationSchema>,
  pathValues: PathValues,
): fc.Arbitrary<MadeRequest> {
  const textFor = ({ name, schema, in: place }: z.infer<typeof parameterSchema>): fc.Arbitrary<string> => {
    if (place === 'path')
      return mostly(
        fc.constantFrom(...(pathValues[name] ?? ['x'])),
        anything.filter((text) => text !== ''),
      );
    const right = valuesOf(schema, schemas).map((value) =>
      typeof value === 'string' ? value : JSON.stringify(value),
    );
    return place === 'header' ? right.filter((text) => /^[ -~]*$/.test(text)) : mostly(right, anything);
  };
  const valuesAt = (place: string, isRequired: boolean, leftOut?: string) =>
    fc.record(
      Object.fromEntries(
        parameters
          .filter((parameter) => parameter.in === place && parameter.name !== leftOut)
          .map((parameter) => [parameter.name, textFor(parameter)]),
      ),
      isRequired ? {} : { requiredKeys: [] },
    );
  // What is made up is the cursor of no page.
  const inQueries = mostly(valuesAt('query', false, 'cursor'), valuesAt('query', false));
  const bodySchema = requestBody?.content['application/json'].schema;
  return fc.record({
    operationId: fc.constant(operationId),
    method: fc.constant(method.toUpperCase()),
    path: fc
      .tuple(valuesAt('path', true), inQueries)
      .map(([inPath, inQuery]) => withValues(path, inPath, inQuery)),
    headers: mostly(valuesAt('header', false), fc.record({ 'Idempotency-Key': printable })),
    body:
      bodySchema === undefined
        ? fc.constant(undefined)
        : mostly<unknown>(valuesOf(bodySchema, schemas), fc.jsonValue({ maxDepth: 2 })),
    caller: mostly(fc.constantFrom(...callersOf(operationId)), fc.constantFrom(...callers)),
  });
}

const callers = ['admin', 'tenant', 'other tenant', 'nobody'] as const;

/** Those who may make the call, as a rule. */
function callersOf(operationId: string): readonly MadeCaller[] {
  const [, access] = Object.entries(accessOf).find(([name]) => name === operationId) ?? [];
  if (access?.who === 'admin' || access?.who === 'tenant') return [access.who];
  return ['admin', 'tenant'];
}

function withValues(path: string, inPath: Given, inQuery: Given): string {
  const named = path.replace(/\{(\w+)\}/g, (_, name: string) => encoded(inPath[name] ?? ''));
  const query = Object.entries(inQuery).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encoded(name)}=${encoded(value)}`],
  );
  return query.length === 0 ? named : `${named}?${query.join('&')}`;
}

/** Halves of characters have no code in URLs; a segment of dots alone is resolved by whoever sends it. */
const encoded = (text: string): string =>
  encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8')).replace(/^\.+$/, 'dots');
