import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { MethodDefinition } from '@grpc/proto-loader';
import { loadSync } from '@grpc/proto-loader';
import { z } from 'zod';

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

/** The engine's remote procedures by name, with their serializers. Loading takes about 0.2 s, once per process. */
export function engineMethods(): EngineMethods {
  loaded ??= loadMethods();
  return loaded;
}

/**
 * How deep the engine's answers may be nested. Its trees take four levels for each operator of an expression, so that the
 * library's own limit of 100 is met by a sum of 25 terms.
 */
const deepestNesting = 4_000;

const limitsShape = z.object({
  util: z.custom<{ recursionLimit: number }>((value) => typeof value === 'object' && value !== null),
  Reader: z.custom<{ recursionLimit: number }>((value) => typeof value === 'function'),
});

/** The limit is one for the process, and the library the loader's own: nothing else here decodes with it. */
function allowDeepTrees(): void {
  const { util, Reader } = limitsShape.parse(
    createRequire(require.resolve('@grpc/proto-loader'))('protobufjs'),
  );
  util.recursionLimit = deepestNesting;
  Reader.recursionLimit = deepestNesting;
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
