import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { z } from 'zod';

export interface Bundle {
  readonly bytes: number;
  /** The source files in it, by their paths from the project's root. */
  readonly modules: readonly string[];
}

const projectRoot = join(__dirname, '../../..');
const framework = dirname(require.resolve('@google-cloud/functions-framework'));

const form = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  legalComments: 'none',
  logLevel: 'silent',
} as const;

/**
 * Bundles functions-framework and the function that `entryPoint` registers into one file. Its `start` starts
 * the server. The source map is written beside it, without the sources' texts. Throws if a module is missing.
 */
export async function bundleFunction(entryPoint: string, outputFile: string): Promise<Bundle> {
  const { metafile } = await build({
    stdin: {
      contents: `exports.start = () => require(${JSON.stringify(join(framework, 'main.js'))});`,
      resolveDir: projectRoot,
    },
    outfile: outputFile,
    absWorkingDir: projectRoot,
    sourcemap: 'external',
    sourcesContent: false,
    metafile: true,
    // What fetch-blob falls back to where Node has no streams of the web: no Node that this project runs on.
    external: ['web-streams-polyfill/*'],
    ...form,
    alias: { 'function-of-this-bundle': entryPoint },
    plugins: [ownLoader, onlyWhatIsUsedOfZod],
  });
  const output = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined);
  if (output === undefined) throw new Error(`${entryPoint}: esbuild made no bundle`);
  nameSourcesFromRoot(`${outputFile}.map`);
  const used = Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return { bytes: output.bytes, modules: used.map(([path]) => fromRoot(path)).sort() };
}

const sourceMapSchema = z.looseObject({ sources: z.array(z.string()) });

/** So that stack traces do not depend on where the bundle was written. */
function nameSourcesFromRoot(file: string): void {
  const map = sourceMapSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const sources = map.sources.map((source) => fromRoot(relative(projectRoot, join(dirname(file), source))));
  writeFileSync(file, JSON.stringify({ ...map, sources }));
}

/** Dependencies may be installed elsewhere and linked. */
const fromRoot = (path: string): string => path.replace(/^.*?\bnode_modules\//, 'node_modules/');

/** The framework's loader looks modules up by path at run time, and a bundle has no such paths. */
const ownLoader: Plugin = {
  name: 'own-loader',
  setup: ({ onLoad }) =>
    onLoad({ filter: /functions-framework\/build\/src\/loader\.js$/ }, () => ({
      contents: `module.exports = require(${JSON.stringify(join(projectRoot, 'shared/bundle/load-function.ts'))});`,
      resolveDir: projectRoot,
    })),
};

/** Bundles a script that runs on its own, from shared/bundle/. */
export async function bundleScript(entryPoint: string, outputFile: string): Promise<void> {
  await build({
    entryPoints: [entryPoint],
    outfile: outputFile,
    banner: { js: '#!/usr/bin/env node' },
    plugins: [onlyWhatIsUsedOfZod],
    ...form,
  });
}

/**
 * esbuild keeps the whole object `z`, with messages in fifty languages; of a namespace, only what is used.
 */
const onlyWhatIsUsedOfZod: Plugin = {
  name: 'only-what-is-used-of-zod',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/(functions|shared)\/.*\.ts$/ }, ({ path }) => {
      if (relative(projectRoot, path).includes('node_modules')) return undefined;
      const text = readFileSync(path, 'utf8');
      return {
        contents: text.replace("import { z } from 'zod';", "import * as z from 'zod';"),
        loader: 'ts',
      };
    }),
};
