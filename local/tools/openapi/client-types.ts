import { z } from 'zod';
import { openApiText } from './openapi-json';
import { typeText } from './type-text';

const media = z.object({ schema: z.unknown() });
const parameterSchema = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean().default(false),
  description: z.string(),
  schema: z.unknown(),
});
const operationSchema = z.object({
  operationId: z.string(),
  summary: z.string(),
  parameters: z.array(parameterSchema),
  requestBody: z.object({ required: z.boolean(), content: z.record(z.string(), media) }).optional(),
  responses: z.record(z.string(), z.object({ content: z.record(z.string(), media).optional() })),
});
const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});

/** In the client's folder. */
export const clientTypesFile = 'api-types.ts';

/** `client/api-types.ts` as it should be, before it is formatted. */
export function clientTypesText(): string {
  const { paths, components } = documentSchema.parse(JSON.parse(openApiText()));
  const types = Object.entries(components.schemas).map(
    ([name, schema]) => `${commentOf(schema)}export type ${name} = ${typeText(schema)};`,
  );
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      ...operation,
    })),
  );
  return [
    '// Made of schemas/openapi.json: `npm run schema` writes this file.\n',
    ...types,
    `/** What each call takes and answers. */\nexport interface Operations {\n${operations.map(operationText).join('\n')}\n}`,
    `/** Method and path of each call. */\nexport const operations = {\n${operations
      .map(({ operationId, method, path }) => `${operationId}: { method: '${method}', path: '${path}' },`)
      .join(
        '\n',
      )}\n} as const satisfies Readonly<Record<keyof Operations, { method: string; path: string }>>;\n`,
  ].join('\n');
}

const commentOf = (schema: unknown): string => {
  const { description } = z.looseObject({ description: z.string().optional() }).parse(schema);
  return description === undefined ? '' : `/** ${description} */\n`;
};

function operationText({
  operationId,
  summary,
  parameters,
  requestBody,
  responses,
}: z.infer<typeof operationSchema>) {
  const placed = (place: string) => parameters.filter((parameter) => parameter.in === place);
  const answers = Object.entries(responses)
    .filter(([status]) => Number(status) < 300)
    .map(([, { content }]) => (content === undefined ? 'undefined' : contentText(content)));
  const body = requestBody === undefined ? 'undefined' : contentText(requestBody.content);
  return `/** ${summary}. */
readonly ${operationId}: {
  readonly path: ${parametersText(placed('path'))};
  readonly query: ${parametersText(placed('query'))};
  readonly headers: ${parametersText(placed('header'))};
  readonly body: ${requestBody?.required === false ? `${body} | undefined` : body};
  readonly answer: ${[...new Set(answers)].join(' | ')};
};`;
}

/** What is not JSON is text. */
const contentText = (content: Readonly<Record<string, { readonly schema: unknown }>>): string => {
  const json = content['application/json'];
  return json === undefined ? 'string' : typeText(json.schema);
};

function parametersText(parameters: readonly z.infer<typeof parameterSchema>[]): string {
  if (parameters.length === 0) return 'undefined';
  const fields = parameters.map(({ name, required, description, schema }) => {
    const key = /^\w+$/.test(name) ? name : `'${name}'`;
    return `/** ${description} */\nreadonly ${key}${required ? '' : '?'}: ${typeText(schema)};`;
  });
  return `{\n${fields.join('\n')}\n}`;
}
