import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGcloud, type Gcloud } from '../fake-gcloud/gcloud';
import { serveGcloud } from '../fake-gcloud/serve';
import { emptyState, type State } from '../fake-gcloud/state';

export const root = join(__dirname, '../../..');
export const functionNames = readdirSync(join(root, 'functions'));
export const usual = ['--project', 'my-project', '--location', 'europe-west1'];

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Installation {
  readonly folder: string;
  readonly gcloud: Gcloud;
  /** Runs deploy.sh in the folder, with the fake commands first on its PATH. */
  readonly deploy: (args: readonly string[], stdin?: string) => Promise<Outcome>;
  /**
   * The same, step by step. Each step is done again in a new shell until it fails no more, as a deployment goes on where
   * the one before has failed, and then once more in the script's own shell, which is not to change anything any more.
   */
  readonly deployInSteps: (args: readonly string[]) => Promise<Outcome>;
  /** Writes a bundle's code, as `npm run build` would. */
  readonly setBundle: (name: string, code: string) => void;
  /** Replaces a command by a shell script. */
  readonly replaceCommand: (name: string, script: string) => void;
  readonly readCommandFile: (name: string) => string;
  readonly close: () => Promise<void>;
}

/** In place of the last line of deploy.sh, which calls `deploy`. The steps are the commands of that function. */
const inSteps = `
while IFS= read -r -u 4 step; do
  for attempt in {1..200}; do
    (eval "$step") &
    if wait $!; then break; fi
  done
  eval "$step"
done 4< <(declare -f deploy | sed -n 's/^    //p')
`;

/** A folder with deploy.sh, the files that it reads, bundles, and a fake cloud that begins with `state`. */
export async function prepareInstallation(state: State = emptyState()): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-'));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  mkdirSync(join(folder, 'schemas'));
  cpSync(join(root, 'deploy.sh'), join(folder, 'deploy.sh'));
  const wholeScript = readFileSync(join(root, 'deploy.sh'), 'utf8');
  writeFileSync(join(folder, 'deploy-in-steps.sh'), wholeScript.replace(/\n.+\n$/, inSteps));
  cpSync(join(root, 'schemas/schedules.json'), join(folder, 'schemas/schedules.json'));
  const setBundle = (name: string, code: string) => {
    mkdirSync(join(folder, 'dist', name), { recursive: true });
    writeFileSync(join(folder, 'dist', name, 'index.js'), code);
  };
  for (const name of functionNames) {
    mkdirSync(join(folder, 'functions', name), { recursive: true });
    setBundle(name, `// ${name}`);
  }
  const gcloud = createGcloud(state);
  const server = await serveGcloud(gcloud);
  // Bundles exist already, there is no IAM to wait for, and certificates are not looked at.
  const replaceCommand = (name: string, script: string) =>
    writeFileSync(join(bin, name), `#!/usr/bin/env bash\n${script}\n`, { mode: 0o755 });
  for (const name of ['npm', 'sleep', 'openssl']) replaceCommand(name, 'exit 0');
  const run = (script: string, args: readonly string[], stdin = '') => {
    gcloud.mutations = [];
    const environment = { ...server.environment, PATH: `${bin}:${process.env.PATH}` };
    return runScript(join(folder, script), args, { stdin, environment });
  };
  // The fake gcloud is a function in the script's shell. If that is missing, no real gcloud may be called.
  replaceCommand('gcloud', 'echo "the fake gcloud is missing" >&2; exit 70');
  return {
    folder,
    gcloud,
    setBundle,
    replaceCommand,
    readCommandFile: (name) => readFileSync(join(bin, name), 'utf8'),
    deploy: (args, stdin) => run('deploy.sh', args, stdin),
    deployInSteps: (args) => run('deploy-in-steps.sh', args),
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a bash script to its end, whatever its exit code. */
export const runScript = (
  file: string,
  args: readonly string[],
  {
    stdin = '',
    environment = {},
  }: { readonly stdin?: string; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const child = execFile(
      'bash',
      [file, ...args],
      { env: { ...process.env, ...environment } },
      (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== 'number') reject(error);
        else resolve({ code: Number(error?.code ?? 0), stdout, stderr });
      },
    );
    // A script that refuses its options does not read its input.
    child.stdin?.on('error', () => {});
    child.stdin?.end(stdin);
  });
