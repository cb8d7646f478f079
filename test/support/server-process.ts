import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { z } from 'zod';

export interface ServerProcess {
  readonly pid: number;
  readonly url: string;
  readonly bigqueryUrl: string;
  readonly pubsubHost: string;
  /** All that it printed until now. */
  readonly output: () => string;
  /** Its children: the SQL engine. */
  readonly children: () => number[];
  /** Sends the signal and resolves to the exit code, null where the signal ended it. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
}

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

export interface ServerOptions {
  readonly dataDirectory: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** A project to start; this one unless given. */
  readonly root?: string;
  /** What is started: `npm start`'s file unless given. It ends its banner with `Ctrl-C stops it.` */
  readonly entry?: string;
  /** `npm start` as it is; unless given, it is started without its warm-up. */
  readonly warmsUp?: boolean;
}

const startEntry = 'local/cloud/main.ts';
const packageSchema = z.object({ scripts: z.object({ start: z.string().regex(/\bexec node /) }) });
const projectRoot = join(__dirname, '../..');

/** NODE_OPTIONS of a process that takes what others have compiled. */
export const compilingOnce = `--require "${join(__dirname, 'compile-once.js')}"`;

/** `npm start`'s own command in a process of its own, on ports chosen by the system. Throws where it does not start. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const { child, output, ended } = launch(options);
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', () => {
      if (output().includes('Ctrl-C stops it.')) resolve();
    });
    void ended.then(({ code }) => reject(new Error(`It ended with ${code}: ${output()}`)));
  });
  const told = (pattern: RegExp) => pattern.exec(output())?.[1] ?? '';
  return {
    pid: child.pid ?? 0,
    url: told(/Console\s+(http\S+)/),
    bigqueryUrl: told(/BigQuery\s+(http\S+)/),
    pubsubHost: told(/Pub\/Sub\s+(\S+:\d+)/),
    output,
    children: () => childrenOf(child.pid ?? 0),
    end: async (signal) => {
      child.kill(signal);
      return (await ended).code;
    },
  };
}

/** Starts a server that is expected to end by itself. */
export async function startInVain(options: ServerOptions): Promise<Ended> {
  const { child, output, ended } = launch(options);
  const stop = setTimeout(() => child.kill('SIGKILL'), 120_000);
  const { code } = await ended;
  clearTimeout(stop);
  return { code, output: output() };
}

function launch(options: ServerOptions) {
  const {
    dataDirectory,
    environment = {},
    root = projectRoot,
    entry = startEntry,
    warmsUp = false,
  } = options;
  // What a cloud in this process has set is not for another one.
  const { ADMIN_API_KEY, BIGQUERY_EMULATOR_HOST, PUBSUB_EMULATOR_HOST, ...inherited } = process.env;
  const args = ['--data', dataDirectory, ...(entry === startEntry && !warmsUp ? ['--no-warm-up'] : [])];
  const child: ChildProcess = spawn(
    '/bin/sh',
    [
      '-c',
      `${entry === startEntry ? startCommand(root) : `exec node --require tsx/cjs ${entry}`} "$@"`,
      'sh',
      ...args,
    ],
    {
      cwd: root,
      env: {
        ...inherited,
        PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
        LOG_SEVERITY: 'ERROR',
        PORT: '0',
        BIGQUERY_PORT: '0',
        PUBSUB_PORT: '0',
        NODE_OPTIONS: compilingOnce,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const ended = new Promise<{ code: number | null }>((resolve) => {
    child.once('close', (code) => resolve({ code }));
  });
  return { child, output: () => text, ended };
}

/** What npm has a shell do, which Node takes the place of. */
const startCommand = (root: string): string =>
  packageSchema.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))).scripts.start;

/** From /proc, where there is one; elsewhere nothing can be said without other programs. */
function childrenOf(pid: number): number[] {
  if (!existsSync('/proc/self/stat')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => parentOf(name) === pid)
    .map(Number);
}

/** The fourth field of its stat; the second, in brackets, may hold anything. */
function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

/** True while there is a process with this id that has not ended. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (!existsSync(`/proc/${pid}/stat`)) return true;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.charAt(stat.lastIndexOf(')') + 2) !== 'Z';
}

/** A copy of what runs, whose schemas a test can change. */
export function copyOfProject(): string {
  const root = newDirectory();
  for (const part of ['local', 'functions', 'shared', 'schemas', 'package.json', 'tsconfig.json']) {
    cpSync(join(projectRoot, part), join(root, part), { recursive: true });
  }
  symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'));
  return root;
}

export const newDirectory = (): string => mkdtempSync(join(tmpdir(), 'tenant-pipelines-e2e-'));
export const removeDirectory = (directory: string): void =>
  rmSync(directory, { recursive: true, force: true });
