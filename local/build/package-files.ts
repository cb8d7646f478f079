import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { z } from 'zod';

const projectRoot = join(__dirname, '../..');
const framework = '@google-cloud/functions-framework';
const frameworkFolder = 'functions-framework';
const binary = { [frameworkFolder]: 'start.js' };

const versionShape = z.object({ version: z.string() });
const projectShape = versionShape.extend({ license: z.string(), engines: z.record(z.string(), z.string()) });

/**
 * Writes what Google's Node.js buildpack reads beside the bundle. It installs by `npm ci` and starts
 * `node_modules/.bin/functions-framework`, which it expects package.json to depend on (otherwise it installs one of its own):
 * https://github.com/GoogleCloudPlatform/buildpacks, cmd/nodejs/functions_framework/lib/lib.go and cmd/nodejs/npm/lib/lib.go.
 * Here that is a package in a folder beside the bundle, whose framework it starts: so what runs is what was tested, and nothing
 * is downloaded. https://cloud.google.com/run/docs/runtimes/nodejs-dependencies allows for such local modules.
 */
export function writePackageFiles(name: string, outputDirectory: string): void {
  const { version, license, engines } = readPackage(join(projectRoot, 'package.json'), projectShape);
  const folder = join(outputDirectory, frameworkFolder);
  const own = { name: `tenant-pipelines-${name}`, version, license };
  const dependencies = { [framework]: `file:${frameworkFolder}` };
  const bundled = {
    name: framework,
    version: readPackage(join(require.resolve(framework), '../../../package.json'), versionShape).version,
    bin: binary,
  };
  mkdirSync(folder, { recursive: true });
  writeJson(join(outputDirectory, 'package.json'), {
    ...own,
    private: true,
    main: 'index.js',
    engines,
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
  writeStart(join(folder, 'start.js'));
}

function writeStart(file: string): void {
  const { code } = transformSync(readFileSync(join(projectRoot, 'shared/bundle/start.ts'), 'utf8'), {
    loader: 'ts',
    format: 'cjs',
    target: 'node20',
  });
  writeFileSync(file, `#!/usr/bin/env node\n${code}`);
  chmodSync(file, 0o755);
}

const readPackage = <T>(file: string, shape: z.ZodType<T>): T =>
  shape.parse(JSON.parse(readFileSync(file, 'utf8')));

const writeJson = (file: string, value: unknown): void =>
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
