import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** How a file may be compressed, the smallest first, and what its name then ends with. */
export const contentCodings = [
  { name: 'br', ending: '.br' },
  { name: 'gzip', ending: '.gz' },
] as const;
export type ContentCoding = (typeof contentCodings)[number]['name'];

export interface ConsoleFile {
  readonly contentType: string;
  readonly bytes: Uint8Array;
  /** The same, compressed; only what the build has written. */
  readonly compressed: ReadonlyMap<ContentCoding, Uint8Array>;
  /** Another for other bytes. */
  readonly version: string;
}

export interface ConsoleFiles {
  /** The one page. */
  readonly index: ConsoleFile;
  /** What the page loads, by its path such as `/assets/main-ABCDEFGH.js`. */
  readonly assets: ReadonlyMap<string, ConsoleFile>;
}

/** The folder of assets, in the folder of the console as well as in paths of requests. */
export const assetsFolder = 'assets';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** What was read, by its folder. */
const known = new Map<string, ConsoleFiles>();

/** The files are read when the first of them is asked for. No path of a request reaches the file system. */
export const lazyConsole = (directory: string) => (): ConsoleFiles => {
  const files = known.get(directory) ?? readConsole(directory);
  known.set(directory, files);
  return files;
};

/** Has all files read again with the next request: on a developer's machine they change. */
export const reloadConsole = (): void => known.clear();

/** @throws Error if there is no console, or a file in it of whose type nothing is known */
function readConsole(directory: string): ConsoleFiles {
  const assets = join(directory, assetsFolder);
  const names = readdirSync(assets).filter(
    (name) => !contentCodings.some(({ ending }) => name.endsWith(ending)),
  );
  return {
    index: readConsoleFile(join(directory, 'index.html')),
    assets: new Map(names.map((name) => [`/${assetsFolder}/${name}`, readConsoleFile(join(assets, name))])),
  };
}

function readConsoleFile(file: string): ConsoleFile {
  const contentType = contentTypes[extname(file)];
  if (contentType === undefined)
    throw new Error(`${file}: expected ${Object.keys(contentTypes).join(', ')} at the end of its name`);
  const bytes = readFileSync(file);
  const compressed = contentCodings
    .filter(({ ending }) => existsSync(file + ending))
    .map(({ name, ending }) => [name, readFileSync(file + ending)] as const);
  return {
    contentType,
    bytes,
    compressed: new Map(compressed),
    version: createHash('sha256').update(bytes).digest('base64url').slice(0, 16),
  };
}
