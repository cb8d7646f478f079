import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Root } from 'protobufjs';
import { z } from 'zod';

const enginePackage = require.resolve('@fivetrandevelopers/zetasql/package.json');

/** The engine's remote procedures. */
export const serviceName = 'zetasql.local_service.ZetaSqlLocalService';

/** Where the native engine and its protocol definitions are installed. */
export const engineFolder = join(dirname(enginePackage), 'lib', 'zetasql');

const libraryPackage = require.resolve('protobufjs/package.json');
const packageSchema = z.object({ version: z.string() });
const versionOf = (file: string): string =>
  packageSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).version;

/** What the definitions say, beside the packages. Packages of one version say one thing. */
export const protocolFile = (): string =>
  join(
    dirname(enginePackage),
    '../../.cache/local-bigquery',
    `protocol-${versionOf(enginePackage)}-${versionOf(libraryPackage)}.json`,
  );

/**
 * The engine's protocol, with all references resolved. To read its definitions takes twice as long as to read what an
 * earlier process has written down of them.
 */
export function loadProtocol(file = protocolFile()): Root {
  try {
    const root = Root.fromJSON(JSON.parse(readFileSync(file, 'utf8')));
    // Other JSON than a protocol's makes an empty one.
    root.lookupService(serviceName);
    return root;
  } catch {
    const root = readDefinitions();
    keep(root, file);
    return root;
  }
}

/** As the package has them. */
export function readDefinitions(): Root {
  const root = new Root();
  root.resolvePath = (_from, file) => {
    const ofEngine = join(engineFolder, 'protos', file);
    // Google's common definitions come with the library.
    return existsSync(ofEngine) ? ofEngine : join(dirname(libraryPackage), file);
  };
  return root.loadSync('local_service.proto');
}

/** Whole or not at all. Without the file everything works, more slowly: the folder may be read-only. */
function keep(root: Root, file: string): void {
  // Processes of several containers may have one number, and share the folder.
  const own = `${file}-${randomUUID()}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    try {
      writeFileSync(own, JSON.stringify(root.toJSON()));
      renameSync(own, file);
    } catch (error) {
      // What is half written on a full disk would stay for good.
      rmSync(own, { force: true });
      throw error;
    }
  } catch {
    // The next process tries again.
  }
}
