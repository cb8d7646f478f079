import { z } from 'zod';
import { invalidArgument } from '../../pubsub-error';

const primitives = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'];
const nameRule = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;

const typeSchema = z.looseObject({
  type: z.unknown().optional(),
  name: z.string().optional(),
  namespace: z.string().optional(),
  fields: z.array(z.looseObject({ name: z.string(), type: z.unknown() })).optional(),
  symbols: z.array(z.string()).optional(),
  size: z.number().int().optional(),
  items: z.unknown().optional(),
  values: z.unknown().optional(),
});
type AvroType = z.infer<typeof typeSchema>;

/**
 * Checks that a definition is an Avro schema in JSON: its types, names and references.
 * https://avro.apache.org/docs/1.11.1/specification/
 * @throws PubSubError INVALID_ARGUMENT that names what is wrong
 */
export const checkAvroDefinition = (definition: string): void => {
  const names = new Set<string>();

  const checkType = (type: unknown, namespace: string): void => {
    if (typeof type === 'string') {
      if (primitives.includes(type) || names.has(type) || names.has(`${namespace}.${type}`)) return;
      throw invalid(`there is no type "${type}"`);
    }
    if (Array.isArray(type)) {
      for (const branch of type) checkType(branch, namespace);
      return;
    }
    const parsed = typeSchema.safeParse(type);
    if (!parsed.success || parsed.data.type === undefined) {
      throw invalid(`no type: ${JSON.stringify(type)}`);
    }
    checkComplex(parsed.data, namespace);
  };

  const checkComplex = (complex: AvroType, outer: string): void => {
    switch (complex.type) {
      case 'record':
      case 'error': {
        const namespace = define(complex, outer);
        if (!complex.fields) throw invalid(`the record "${complex.name}" has no fields`);
        for (const { type } of complex.fields) checkType(type, namespace);
        return;
      }
      case 'enum':
        define(complex, outer);
        if (!complex.symbols) throw invalid(`the enum "${complex.name}" has no symbols`);
        return;
      case 'fixed':
        define(complex, outer);
        if (complex.size === undefined) throw invalid(`the fixed "${complex.name}" has no size`);
        return;
      case 'array':
        checkType(complex.items, outer);
        return;
      case 'map':
        checkType(complex.values, outer);
        return;
      default:
        checkType(complex.type, outer);
    }
  };

  /** Returns the namespace of what is inside. */
  const define = ({ name = '', namespace }: AvroType, outer: string): string => {
    if (!nameRule.test(name)) throw invalid(`no name: "${name}"`);
    const fullName = name.includes('.') ? name : [namespace ?? outer, name].filter(Boolean).join('.');
    names.add(fullName);
    return fullName.split('.').slice(0, -1).join('.');
  };

  checkType(jsonOf(definition), '');
};

const jsonOf = (definition: string): unknown => {
  try {
    return JSON.parse(definition);
  } catch (error) {
    throw invalid(`not JSON (${error instanceof Error ? error.message : error})`);
  }
};

const invalid = (what: string): Error => invalidArgument(`Invalid Avro schema definition given: ${what}.`);
