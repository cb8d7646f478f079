import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildFunctions } from '../../../local/tools/build/build-functions';
import { bundleFunction } from '../../../local/tools/build/bundle';
import { writePackageFiles } from '../../../local/tools/build/package-files';
import { installDeployed } from '../../local/tools/build/deployed';

/** Something to start: a folder that is installed as Google's buildpacks do it. */
export interface Candidate {
  /** FUNCTION_TARGET. */
  readonly name: string;
  readonly directory: string;
  /** Of its code; NaN where it is many files. */
  readonly bytes: number;
}

const projectRoot = join(__dirname, '../../..');

/** Every function, and a bare one bundled, compiled and started in the same way. */
export async function makeCandidates(
  directory: string,
): Promise<{ readonly bare: Candidate; readonly functions: readonly Candidate[] }> {
  const schemasDirectory = join(projectRoot, 'schemas');
  const functions = await buildFunctions({ schemasDirectory, outputDirectory: directory });
  const bareDirectory = join(directory, 'bare');
  mkdirSync(bareDirectory);
  const bundle = join(bareDirectory, 'index.js');
  await bundleFunction(join(projectRoot, 'test/bench/backend/bare.ts'), bundle);
  await writePackageFiles('bare', bareDirectory);
  const bare = { name: 'bare', directory: bareDirectory, bytes: statSync(bundle).size };
  for (const candidate of [bare, ...functions]) await installDeployed(candidate.directory);
  return { bare, functions };
}

/** The same bare function as it usually deploys: a file that requires functions-framework from node_modules. */
export function makeUnbundled(directory: string): Candidate {
  const folder = join(directory, 'unbundled');
  mkdirSync(folder);
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(
    join(folder, 'index.js'),
    `require('@google-cloud/functions-framework').http('unbundled', (_request, response) => {
      response.status(202).json({ run_id: '3f1b7c52-0d0e-4c55-9f3c-0a3c7a6f6b11', status: 'ADMITTED' });
    });`,
  );
  return { name: 'unbundled', directory: folder, bytes: Number.NaN };
}
