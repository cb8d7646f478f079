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

/** The engine's remote procedures by name, with their serializers. Loading takes about 0.2 s, once per process. */
export function engineMethods(): EngineMethods {
  loaded ??= loadMethods();
  return loaded;
}

function loadMethods(): EngineMethods {
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
