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
  tags: z.tuple([z.string()]),
  parameters: z.array(parameterSchema),
  requestBody: z.object({ required: z.boolean(), content: z.record(z.string(), media) }).optional(),
  responses: z.record(z.string(), z.object({ content: z.record(z.string(), media).optional() })),
});
const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});

/** Of the client. */
export const clientTypesFolder = 'api';

/** One call and the tag that it stands under. */
type TaggedOperation = z.infer<typeof operationSchema> & { readonly method: string; readonly path: string };

/** Types of more than one subject, and of what no call answers by itself. */
const common = 'common';

/** The files of `client/api` as they should be, before they are formatted: one for each subject, named by its tag. */
export function clientTypesTexts(): ReadonlyMap<string, string> {
  const { paths, components } = documentSchema.parse(JSON.parse(openApiText()));
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]): TaggedOperation => ({ path, method: method.toUpperCase(), ...operation }),
    ),
  );
  const subjects = new Map(
    [...new Set(operations.map(({ tags: [tag] }) => tag))].map((tag) => [
      fileOf(tag),
      operations.filter(({ tags }) => tags[0] === tag).map(operationText),
    ]),
  );
  const homeOf = homesOf(components.schemas, subjects);
  const texts = new Map<string, string>();
  for (const subject of [...subjects.keys(), common]) {
    const types = Object.entries(components.schemas)
      .filter(([name]) => homeOf(name) === subject)
      .map(([name, schema]) => `${commentOf(schema)}export type ${name} = ${typeText(schema)};`);
    const own = subjects.get(subject) ?? [];
    const calls =
      own.length === 0 ? [] : [`export interface ${interfaceOf(subject)} {\n${own.join('\n')}\n}\n`];
    const text = [...types, ...calls].join('\n');
    const foreign = Object.keys(components.schemas).filter(
      (name) => homeOf(name) !== subject && isNamedIn(text, name),
    );
    const imports = grouped(foreign, homeOf).map(
      ([file, names]) => `import type { ${names.join(', ')} } from './${file}';`,
    );
    texts.set(`${subject}.ts`, [madeLine, ...imports, '', text].join('\n'));
  }
  return texts.set('index.ts', indexText([...subjects.keys()], operations));
}

const madeLine = '// Made of schemas/openapi.json: `npm run schema` writes this file.';
const fileOf = (tag: string): string => tag.toLowerCase().replaceAll(' ', '-');
const interfaceOf = (subject: string): string =>
  `${subject.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}Operations`;
const isNamedIn = (text: string, type: string): boolean => new RegExp(`\\b${type}\\b`).test(text);

/** Where a type stands: with the subject whose calls alone lead to it, else in the common file. */
function homesOf(
  schemas: Readonly<Record<string, unknown>>,
  subjects: ReadonlyMap<string, readonly string[]>,
): (name: string) => string {
  const texts = new Map(Object.entries(schemas).map(([name, schema]) => [name, typeText(schema)]));
  const reached = (text: string, found: Set<string>): Set<string> => {
    for (const [name, own] of texts) {
      if (found.has(name) || !isNamedIn(text, name)) continue;
      found.add(name);
      reached(own, found);
    }
    return found;
  };
  const reachedBy = [...subjects].map(([file, own]) => [file, reached(own.join('\n'), new Set())] as const);
  return (name) => {
    const [first, ...others] = reachedBy.filter(([, found]) => found.has(name)).map(([file]) => file);
    return first === undefined || others.length > 0 ? common : first;
  };
}

function grouped(
  names: readonly string[],
  keyOf: (name: string) => string,
): (readonly [string, readonly string[]])[] {
  const keys = [...new Set(names.map(keyOf))].sort();
  return keys.map((key) => [key, names.filter((name) => keyOf(name) === key)]);
}

function indexText(subjects: readonly string[], operations: readonly TaggedOperation[]): string {
  const files = [...subjects, common].sort();
  const interfaces = subjects.map(interfaceOf);
  const places = operations.map(
    ({ operationId, method, path }) => `${operationId}: { method: '${method}', path: '${path}' },`,
  );
  return [
    madeLine,
    ...subjects.toSorted().map((file) => `import type { ${interfaceOf(file)} } from './${file}';`),
    '',
    ...files.map((file) => `export type * from './${file}';`),
    '',
    '/** What each call takes and answers. */',
    `export interface Operations extends ${interfaces.join(', ')} {}`,
    '',
    `/** Method and path of each call. */
export const operations = {
${places.join('\n')}
} as const satisfies Readonly<Record<keyof Operations, { method: string; path: string }>>;\n`,
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
