import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { MethodDefinition } from '@grpc/proto-loader';
import { loadSync } from '@grpc/proto-loader';

/** Where the native engine and its protocol definitions are installed. */
export const engineFolder = join(
  require.resolve('@fivetrandevelopers/zetasql/package.json'),
  '..',
  'lib',
  'zetasql',
);

export type EngineMethods = Readonly<Record<string, MethodDefinition<object, object>>>;

const serviceName = 'zetasql.local_service.ZetaSqlLocalService';
let loaded: EngineMethods | undefined;

/**
 * The engine's remote procedures by name, with their serializers. Loading takes about 0.2 s, once per
 * process.
 */
export function engineMethods(): EngineMethods {
  loaded ??= loadMethods();
  return loaded;
}

/**
 * How deep the engine's answers may be nested. Its trees take four levels for each operator of an expression,
 * so that the library's own limit of 100 is reached by a sum of 25 terms.
 */
const deepestNesting = 4_000;

/** Sets the limits of the library that the loader decodes with. They hold for the whole process. */
function allowDeepTrees(): void {
  const library: unknown = createRequire(require.resolve('@grpc/proto-loader'))('protobufjs');
  const util = propertyOf(library, 'util');
  const reader = propertyOf(library, 'Reader');
  for (const holder of [util, reader])
    if (!isObject(holder) || !Reflect.set(holder, 'recursionLimit', deepestNesting))
      throw new Error('The protocol library has no limit of nesting');
}

function propertyOf(value: unknown, name: string): unknown {
  return isObject(value) ? Reflect.get(value, name) : undefined;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function loadMethods(): EngineMethods {
  allowDeepTrees();
  const definitions = loadSync('local_service.proto', {
    defaults: false,
    longs: String,
    enums: String,
    includeDirs: [join(engineFolder, 'protos')],
  });
  const service = definitions[serviceName];
  if (service === undefined || 'format' in service)
    throw new Error(`No service ${serviceName} in the protocol`);
  return Object.fromEntries(
    Object.entries(service).map(([name, method]): [string, MethodDefinition<object, object>] => [
      name,
      method,
    ]),
  );
}
