import fc from 'fast-check';
import { z } from 'zod';

/** What of JSON Schema requests are described by; anything else is an error, so that nothing is left untried in silence. */
const nodeSchema = z.strictObject({
  $ref: z.string().optional(),
  type: z.enum(['string', 'integer', 'number', 'boolean', 'null', 'array', 'object']).optional(),
  enum: z.array(z.string()).optional(),
  const: z.union([z.string(), z.boolean()]).optional(),
  anyOf: z.array(z.unknown()).optional(),
  items: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).default([]),
  pattern: z.string().optional(),
  format: z.enum(['date', 'date-time', 'email']).optional(),
  minLength: z.int().default(0),
  maxLength: z.int().default(40),
  minimum: z.number().default(-1_000),
  maximum: z.number().default(1_000_000_000),
  minItems: z.int().default(0),
  maxItems: z.int().default(5),
  additionalProperties: z.unknown().optional(),
  propertyNames: z.unknown().optional(),
  default: z.unknown().optional(),
  description: z.string().optional(),
});

export type Schemas = Readonly<Record<string, unknown>>;

/** Values that a JSON Schema describes. `schemas` are those that it refers to, by name. */
export function valuesOf(schema: unknown, schemas: Schemas): fc.Arbitrary<unknown> {
  const node = nodeSchema.parse(schema);
  if (node.$ref !== undefined) return valuesOf(schemas[node.$ref.split('/').at(-1) ?? ''], schemas);
  if (node.enum !== undefined) return fc.constantFrom(...node.enum);
  if (node.const !== undefined) return fc.constant(node.const);
  if (node.anyOf !== undefined) return fc.oneof(...node.anyOf.map((one) => valuesOf(one, schemas)));
  switch (node.type) {
    case 'string':
      return textOf(node);
    case 'integer':
      return fc.integer({ min: node.minimum, max: node.maximum });
    case 'number':
      return fc.double({ min: node.minimum, max: node.maximum, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array': {
      const { minItems: minLength, maxItems } = node;
      return fc.array(valuesOf(node.items, schemas), { minLength, maxLength: Math.min(maxItems, 5) });
    }
    case 'object':
      return objectOf(node, schemas);
    case undefined:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

type Node = z.infer<typeof nodeSchema>;

function textOf({ pattern, format, minLength, maxLength }: Node): fc.Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  if (format === 'email') return fc.emailAddress();
  const times = fc
    .date({ min: new Date('2020-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString());
  if (format === 'date-time') return times;
  if (format === 'date') return times.map((time) => time.slice(0, 10));
  return fc.string({ unit: 'grapheme', minLength, maxLength: Math.max(minLength, Math.min(maxLength, 40)) });
}

function objectOf({ properties, required }: Node, schemas: Schemas): fc.Arbitrary<unknown> {
  if (properties === undefined)
    return fc.dictionary(fc.stringMatching(/^[a-z_]{1,12}$/), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 });
  const fields = Object.entries(properties).map(([name, field]) => [name, valuesOf(field, schemas)] as const);
  return fc.record(Object.fromEntries(fields), { requiredKeys: required });
}
