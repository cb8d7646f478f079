import { z } from 'zod';

/** What of JSON Schema the interface's types are made of; anything else is an error, so that no type is silently wrong. */
const schemaNode = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  items: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: z.unknown().optional(),
  description: z.string().optional(),
});

const ofType: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
};

/**
 * A JSON Schema as a TypeScript type. (openapi-typescript and its like do not run beside TypeScript 7.)
 * @throws Error where the schema has a form that is not known here
 */
export function typeText(schema: unknown): string {
  const node = schemaNode.parse(schema);
  if (node.$ref !== undefined) return node.$ref.split('/').at(-1) ?? '';
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum !== undefined) return node.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (node.anyOf !== undefined) return [...new Set(node.anyOf.map(typeText))].join(' | ');
  if (Array.isArray(node.type)) return node.type.map((type) => typeText({ ...node, type })).join(' | ');
  if (node.type === 'array') return `readonly ${inBrackets(typeText(node.items))}[]`;
  if (node.type === 'object') return objectText(node);
  if (node.type === undefined && Object.keys(node).every((key) => key === 'description')) return 'unknown';
  const found = node.type === undefined ? undefined : ofType[node.type];
  if (found === undefined) throw new Error(`No TypeScript is known for ${JSON.stringify(schema)}`);
  return found;
}

const inBrackets = (type: string): string => (/[|{ ]/.test(type) ? `(${type})` : type);

function objectText({ properties, required = [], additionalProperties }: z.infer<typeof schemaNode>): string {
  if (properties === undefined) {
    const values = schemaNode.safeParse(additionalProperties);
    return `{ readonly [name: string]: ${values.success ? typeText(values.data) : 'unknown'} }`;
  }
  const fields = Object.entries(properties).map(([name, property]) => {
    const { description } = schemaNode.parse(property);
    const key = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
    const comment = description === undefined ? '' : `/** ${description} */\n`;
    return `${comment}readonly ${key}${required.includes(name) ? '' : '?'}: ${typeText(property)};`;
  });
  return `{\n${fields.join('\n')}\n}`;
}
