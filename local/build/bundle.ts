import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build, type Plugin } from 'esbuild';

export interface Bundle {
  readonly bytes: number;
  /** What is in it: source files, by their paths from the project's root. */
  readonly modules: readonly string[];
}

const projectRoot = join(__dirname, '../..');
const framework = dirname(require.resolve('@google-cloud/functions-framework'));

/**
 * Bundles functions-framework and the function that `entryPoint` registers into one file, which starts the server when
 * its `start` is called. Beside it stands its source map, without the sources' texts. Throws where a module is missing.
 */
export async function bundleFunction(entryPoint: string, outputFile: string): Promise<Bundle> {
  const { metafile } = await build({
    stdin: {
      contents: `exports.start = () => require(${JSON.stringify(join(framework, 'main.js'))});`,
      resolveDir: projectRoot,
    },
    outfile: outputFile,
    absWorkingDir: projectRoot,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'external',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
    alias: { 'function-of-this-bundle': entryPoint },
    plugins: [ownLoader, onlyWhatIsUsedOfZod],
  });
  const output = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined);
  if (output === undefined) throw new Error(`${entryPoint}: esbuild made no bundle`);
  const used = Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return { bytes: output.bytes, modules: used.map(([path]) => fromRoot(path)).sort() };
}

/** Dependencies may be installed elsewhere, and linked to. */
const fromRoot = (path: string): string => path.replace(/^.*?\bnode_modules\//, 'node_modules/');

/** The framework's loader finds modules by their paths at run time, which a bundle has none of. */
const ownLoader: Plugin = {
  name: 'own-loader',
  setup: ({ onLoad }) =>
    onLoad({ filter: /functions-framework\/build\/src\/loader\.js$/ }, () => ({
      contents: `module.exports = require(${JSON.stringify(join(projectRoot, 'shared/bundle/load-function.ts'))});`,
      resolveDir: projectRoot,
    })),
};

/** `z` is an object to esbuild and stays whole, messages in fifty languages included; a namespace it can take apart. */
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
