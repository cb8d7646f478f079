import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { type JsMinifyOptions, minify, version as versionOfSwc } from '@swc/core';
import { build, type Metafile } from 'esbuild';
import { assetsFolder, type ContentCoding, contentCodings } from '../../../functions/console/console-files';
import { jsxAsCalls, jsxNames, uplotInUse } from './smaller-sources';

export interface ConsoleBuild {
  /** What is written, by its path in the console's folder: the page, and assets. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export interface ConsoleBuildOptions {
  /** Where the sources are. */
  readonly sourceDirectory: string;
  /** With maps from the assets to the sources, and not as small as can be: in a third of the time. */
  readonly isForDevelopment?: boolean;
}

const projectRoot = join(__dirname, '../../..');

/** What the page in console/index.html names: the names of the built files take its place. */
const entries = [
  { source: 'main.tsx', reference: 'src="/main.js"', kind: 'src', ending: '.js' },
  { source: 'style/main.css', reference: 'href="/main.css"', kind: 'href', ending: '.css' },
] as const;

/** Further passes find 200 bytes more, compressed, and take no time to speak of. */
const minifying: JsMinifyOptions = { module: true, ecma: 2020, compress: { passes: 3 }, mangle: true };

/**
 * Builds the console in memory. Assets are named by a hash of what they are made of and how, so that browsers may keep
 * them for good.
 * @throws Error that names file and line if a source is wrong
 */
export async function buildConsole({
  sourceDirectory,
  isForDevelopment = false,
}: ConsoleBuildOptions): Promise<ConsoleBuild> {
  const { outputFiles, metafile } = await build({
    entryPoints: entries.map(({ source }) => join(sourceDirectory, source)),
    // Nothing is written there: it gives the outputs their paths.
    outdir: join(projectRoot, assetsFolder),
    absWorkingDir: projectRoot,
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    jsx: 'transform',
    ...jsxNames,
    // The sources' own says how their types are checked.
    tsconfigRaw: {},
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    loader: { '.svg': 'file', '.png': 'file', '.woff2': 'file' },
    legalComments: 'none',
    // So esbuild's hash tells of what comes after it, too, which takes the comment away.
    ...(!isForDevelopment && { banner: { js: `// ${versionOfSwc} ${JSON.stringify(minifying)}` } }),
    sourcemap: isForDevelopment && 'linked',
    logLevel: 'silent',
    plugins: [jsxAsCalls(sourceDirectory), uplotInUse],
  });
  const page = readFileSync(join(sourceDirectory, 'index.html'), 'utf8');
  const assets = await Promise.all(
    outputFiles.map(async ({ path, contents }) => {
      const isMadeSmaller = path.endsWith('.js') && !isForDevelopment;
      return [
        `${assetsFolder}/${basename(path)}`,
        isMadeSmaller ? await smaller(contents) : contents,
      ] as const;
    }),
  );
  return { files: new Map([['index.html', Buffer.from(pageOf(page, metafile))], ...assets]) };
}

/**
 * The page with the names of what was built. What its script imports is named, too: so the browser asks for all of it at
 * once, and not for one after another as it reads them.
 * @throws Error if the page does not name each entry once
 */
function pageOf(page: string, { outputs }: Metafile): string {
  const built = entries.map(({ source, reference, kind, ending }) => {
    const [path] =
      Object.entries(outputs).find(
        ([output, { entryPoint }]) => entryPoint?.endsWith(`/${source}`) && output.endsWith(ending),
      ) ?? [];
    if (path === undefined) throw new Error(`${source}: esbuild made nothing of it`);
    if (page.split(reference).length !== 2)
      throw new Error(`console/index.html: expected ${reference} exactly once`);
    return { path, reference, replacement: `${kind}="/${path}"` };
  });
  const preloaded = new Set<string>();
  staticImportsOf(built[0]?.path ?? '', outputs, preloaded);
  const preloads = [...preloaded].map((path) => `<link rel="modulepreload" href="/${path}">`);
  const named = built.reduce(
    (text, { reference, replacement }) => text.replace(reference, replacement),
    page,
  );
  return named.replace('</head>', `${preloads.join('')}</head>`);
}

/** What esbuild has minified, minified by another that finds three percent more. */
async function smaller(contents: Uint8Array): Promise<Uint8Array> {
  const { code } = await minify(Buffer.from(contents).toString(), minifying);
  return Buffer.from(code);
}

/** Adds all that a chunk imports before it runs, and what that imports. */
function staticImportsOf(path: string, outputs: Metafile['outputs'], found: Set<string>): void {
  for (const { kind, path: imported } of outputs[path]?.imports ?? []) {
    if (kind !== 'import-statement' || found.has(imported)) continue;
    found.add(imported);
    staticImportsOf(imported, outputs, found);
  }
}

const compress: Readonly<Record<ContentCoding, (bytes: Uint8Array) => Uint8Array>> = {
  br: (bytes) => brotliCompressSync(bytes),
  gzip: (bytes) => gzipSync(bytes, { level: 9 }),
};

/**
 * Writes the console into a folder, in place of what is there. It is written beside it, and takes its name when all of it
 * is there: whoever reads the folder in the meantime finds the one before.
 */
export function writeConsole(
  { files }: ConsoleBuild,
  directory: string,
  { isCompressed }: { readonly isCompressed: boolean },
): void {
  const [next, previous] = [`${directory}.next`, `${directory}.previous`];
  for (const leftover of [next, previous]) rmSync(leftover, { recursive: true, force: true });
  for (const [path, bytes] of files) {
    const file = join(next, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    if (!isCompressed) continue;
    for (const { name, ending } of contentCodings) writeFileSync(file + ending, compress[name](bytes));
  }
  if (existsSync(directory)) renameSync(directory, previous);
  renameSync(next, directory);
  rmSync(previous, { recursive: true, force: true });
}
