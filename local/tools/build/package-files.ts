import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { bundleScript } from './bundle';

const projectRoot = join(__dirname, '../../..');
const framework = '@google-cloud/functions-framework';
const frameworkFolder = 'functions-framework';
const startScript = 'start.js';
const cacheScript = 'make-cache.js';

/**
 * The Node of deploy.sh's --base-image. With a range such as `>=20` the buildpack may build with a newer one,
 * and the Node that runs the function would reject the compiled code.
 */
const deployedNode = '24.x.x';

const versionSchema = z.object({ version: z.string() });
const projectSchema = versionSchema.extend({ license: z.string() });

/**
 * Writes the files beside the bundle that Google's Node.js buildpack reads. The buildpack runs `npm ci` and
 * starts `node_modules/.bin/functions-framework`. Unless package.json depends on that, it installs its own:
 * https://github.com/GoogleCloudPlatform/buildpacks, cmd/nodejs/functions_framework/lib/lib.go and
 * cmd/nodejs/npm/lib/lib.go. So a folder beside the bundle holds a package of that name, which starts the
 * framework in the bundle: what runs is what was tested, and nothing is downloaded. The buildpacks' own tests
 * have such a dependency: builders/testdata/nodejs/functions/local_dependency.
 *
 * After `npm ci` the buildpack runs the script `gcp-build`. Here that compiles the bundle for the Node that
 * will run it.
 */
export async function writePackageFiles(name: string, outputDirectory: string): Promise<void> {
  const { version, license } = readPackage(join(projectRoot, 'package.json'), projectSchema);
  const folder = join(outputDirectory, frameworkFolder);
  const own = { name: `tenant-pipelines-${name}`, version, license };
  const engines = { node: deployedNode };
  const dependencies = { [framework]: `file:${frameworkFolder}` };
  const bundled = {
    name: framework,
    version: readPackage(join(require.resolve(framework), '../../../package.json'), versionSchema).version,
    bin: { [frameworkFolder]: startScript },
  };
  mkdirSync(folder, { recursive: true });
  writeJson(join(outputDirectory, 'package.json'), {
    ...own,
    private: true,
    main: 'index.js',
    engines,
    scripts: { 'gcp-build': `node ${frameworkFolder}/${cacheScript} ${name}` },
    dependencies,
  });
  writeJson(join(outputDirectory, 'package-lock.json'), {
    name: own.name,
    version,
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { ...own, dependencies, engines },
      [frameworkFolder]: bundled,
      [`node_modules/${framework}`]: { resolved: frameworkFolder, link: true },
    },
  });
  writeJson(join(folder, 'package.json'), bundled);
  await writeScripts(folder);
}

/** The scripts that run outside the bundle. */
async function writeScripts(folder: string): Promise<void> {
  const scripts = { [startScript]: 'start.ts', [cacheScript]: 'make-cache.ts' };
  for (const [name, source] of Object.entries(scripts)) {
    await bundleScript(join(projectRoot, 'shared/bundle', source), join(folder, name));
    chmodSync(join(folder, name), 0o755);
  }
}

const readPackage = <T>(file: string, schema: z.ZodType<T>): T =>
  schema.parse(JSON.parse(readFileSync(file, 'utf8')));

const writeJson = (file: string, value: unknown): void =>
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
