import { z } from 'zod';
import { openApiText } from './openapi-json';
import { typeText } from './type-text';

const media = z.object({
  schema: z.unknown(),
  example: z.unknown().optional(),
  examples: z.record(z.string(), z.object({ value: z.unknown() })).optional(),
});
const content = z.record(z.string(), media).optional();
const operationSchema = z.object({
  operationId: z.string(),
  tags: z.tuple([z.string()]),
  summary: z.string(),
  description: z.string().optional(),
  security: z.array(z.record(z.string(), z.unknown())),
  parameters: z.array(
    z.object({
      name: z.string(),
      in: z.string(),
      required: z.boolean().default(false),
      description: z.string(),
      schema: z.unknown(),
    }),
  ),
  requestBody: z.object({ required: z.boolean(), content }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content })),
});
const documentSchema = z.object({
  info: z.object({ title: z.string(), description: z.string() }),
  tags: z.array(z.object({ name: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});

type Operation = z.infer<typeof operationSchema> & { readonly method: string; readonly path: string };

/** In the folder of the definitions. */
export const referenceFile = 'reference.html';

/** `schemas/reference.html` as it should be: openapi.json to read, one page without scripts. */
export function referenceText(): string {
  const { info, tags, paths, components } = documentSchema.parse(JSON.parse(openApiText()));
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]): Operation => ({ ...operation, method: method.toUpperCase(), path }),
    ),
  );
  const sections = tags.map(({ name }) => {
    const own = operations.filter((operation) => operation.tags[0] === name);
    return `<h2 id="${anchor(name)}">${escaped(name)}</h2>\n${own.map(operationHtml).join('\n')}`;
  });
  const links = tags.map(({ name }) => {
    const own = operations.filter((operation) => operation.tags[0] === name);
    const items = own.map(
      ({ operationId, summary }) => `<li><a href="#${operationId}">${escaped(summary)}</a></li>`,
    );
    return `<p><a href="#${anchor(name)}">${escaped(name)}</a></p>\n<ul>${items.join('')}</ul>`;
  });
  const types = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `<details id="type-${name}"><summary><code>${name}</code></summary>${codeHtml(typeText(schema))}</details>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(info.title)}: HTTP interface</title>
<style>${style}</style>
<nav>${links.join('\n')}\n<p><a href="#types">Types</a></p></nav>
<main>
<h1>${escaped(info.title)}</h1>
<p>${escaped(info.description)} The same as <a href="openapi.json">OpenAPI 3.1</a>.</p>
${sections.join('\n')}
<h2 id="types">Types</h2>
${types.join('\n')}
</main>
</html>
`;
}

function operationHtml(operation: Operation): string {
  const { operationId, method, path, summary, description, security, parameters, requestBody, responses } =
    operation;
  const keys = security.flatMap((scheme) => Object.keys(scheme)).map((name) => keyOf[name] ?? name);
  const who =
    keys.length === 0 ? 'No key is needed.' : `Key: ${keys.map((key) => `<code>${key}</code>`).join(' or ')}`;
  return `<section id="${operationId}">
<h3>${escaped(summary)}</h3>
<p><code class="call"><b class="${method}">${method}</b> ${escaped(path)}</code></p>
<p>${description === undefined ? '' : `${escaped(description)} `}${who}</p>
${parametersHtml(parameters)}
${requestBody === undefined ? '' : `<h4>Body${requestBody.required ? '' : ', if any'}</h4>\n${contentHtml(requestBody.content)}`}
${Object.entries(responses).map(answerHtml).join('\n')}
</section>`;
}

const keyOf: Readonly<Record<string, string>> = { tenant: 'X-API-Key', admin: 'X-Admin-Key' };

function parametersHtml(parameters: Operation['parameters']): string {
  if (parameters.length === 0) return '';
  const rows = parameters.map(
    ({ name, in: place, required, description, schema }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${place}${required ? '' : ', optional'}</td><td><code>${escaped(typeText(schema))}</code></td><td>${escaped(description)}</td></tr>`,
  );
  return `<table>${rows.join('\n')}</table>`;
}

const answerHtml = ([status, { description, content: given }]: [
  string,
  Operation['responses'][string],
]): string =>
  `<details${Number(status) < 300 ? ' open' : ''}><summary><b>${status}</b> ${withCode(description)}</summary>${contentHtml(given)}</details>`;

function contentHtml(given: z.infer<typeof content>): string {
  return Object.entries(given ?? {})
    .map(([mediaType, { schema, example, examples = {} }]) => {
      const shown = [
        ...(example === undefined ? [] : [example]),
        ...Object.values(examples).map(({ value }) => value),
      ];
      const texts = shown.map((value) =>
        codeHtml(typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)),
      );
      return `<p>${escaped(mediaType)}: ${typeHtml(typeText(schema))}</p>\n${texts.join('\n')}`;
    })
    .join('\n');
}

/** A type with a name of its own is a link to it. */
const typeHtml = (type: string): string =>
  /^[A-Z]\w+$/.test(type)
    ? `<a href="#type-${type}"><code>${type}</code></a>`
    : `<code>${escaped(type)}</code>`;

const codeHtml = (text: string): string => `<pre>${escaped(indented(text))}</pre>`;

/** A type comes without indentation. */
function indented(text: string): string {
  if (!/^(\{|readonly )/.test(text) || /^\{\n {2}/.test(text)) return text;
  let depth = 0;
  return text
    .split('\n')
    .map((line) => {
      if (line.startsWith('}')) depth--;
      const shown = `${'  '.repeat(Math.max(0, depth))}${line}`;
      if (line.endsWith('{')) depth++;
      return shown;
    })
    .join('\n');
}

const anchor = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]+/g, '-');
const withCode = (text: string): string => escaped(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const style = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { display: flex; gap: 2rem; margin: 0; font: 16px/1.5 system-ui, sans-serif; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1rem; flex: 0 0 15rem; border-right: 1px solid var(--line); font-size: .9rem; }
nav ul { margin: 0; padding-left: 1rem; }
main { flex: 1; min-width: 0; max-width: 60rem; padding: 1rem; }
section { border-top: 1px solid var(--line); margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
td { border-bottom: 1px solid var(--line); padding: .3rem .6rem .3rem 0; vertical-align: top; }
pre { background: var(--soft); padding: .8rem; overflow: auto; border-radius: 6px; font-size: .85rem; }
code { font-family: ui-monospace, monospace; }
summary { cursor: pointer; padding: .2rem 0; }
.call { background: var(--soft); padding: .3rem .6rem; border-radius: 6px; overflow-wrap: anywhere; }
.GET { color: #1a7f37; } .POST { color: #0969da; } .PATCH { color: #9a6700; } .DELETE { color: #cf222e; }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; border: 0; } }
`;
