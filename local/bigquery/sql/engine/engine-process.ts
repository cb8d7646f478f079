import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, chmodSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { engineFolder } from './protocol';

/** One running engine process. */
export interface EngineProcess {
  readonly address: string;
  readonly pid: number;
  readonly alive: () => boolean;
  /** It does not keep this process alive. */
  readonly exited: Promise<void>;
  readonly kill: () => void;
  /** Ends it and resolves when it has ended; until then it keeps this process alive. */
  readonly end: () => Promise<void>;
}

const startAttempts = 3;

/**
 * For glibc, and nothing to any other library: by itself it keeps what each of the engine's threads has once used, which
 * after large rows is three times as much. With one arena for all its threads, statements of two datasets wait for each other.
 */
const sparingMemory = { MALLOC_ARENA_MAX: '4', MALLOC_MMAP_THRESHOLD_: '131072' };

/**
 * Starts the native engine on a free loopback port and resolves when it listens. It runs in a session of its
 * own, so that Ctrl-C in the terminal reaches only this process, which then ends the engine in order.
 */
export async function startEngineProcess(): Promise<EngineProcess> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(await freePort());
    } catch (error) {
      if (attempt === startAttempts) throw error;
    }
  }
}

async function startOnce(port: number): Promise<EngineProcess> {
  const server = spawn(executable(), ['127.0.0.1', String(port)], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
    env: { ...process.env, ...sparingMemory },
  });
  const state = { alive: true };
  const exited = new Promise<void>((resolve) => {
    server.once('exit', () => resolve());
    server.once('error', () => resolve());
  }).then(() => {
    state.alive = false;
  });
  const kill = () => {
    if (state.alive) server.kill('SIGKILL');
  };
  process.once('exit', kill);
  void exited.then(() => process.removeListener('exit', kill));
  if (server.pid !== undefined) watch(server.pid, exited);
  await listening(server, exited);
  server.unref();
  const end = () => {
    if (state.alive) server.ref();
    kill();
    return exited;
  };
  return { address: `127.0.0.1:${port}`, pid: server.pid ?? 0, alive: () => state.alive, exited, kill, end };
}

/**
 * Starts a shell that ends the engine when this process ends, however that happens (kill -9 included): the
 * system then closes the shell's standard input. The shell goes away with the engine.
 */
function watch(pid: number, exited: Promise<void>): void {
  const watcher = spawn('/bin/sh', ['-c', 'trap "" INT TERM HUP; read -r _; kill -9 "$0"', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  watcher.unref();
  if ('unref' in watcher.stdin && typeof watcher.stdin.unref === 'function') watcher.stdin.unref();
  void exited.then(() => watcher.kill('SIGKILL'));
}

/** Resolves when the engine says that it listens. */
function listening(server: ChildProcess, exited: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    server.stdout?.on('data', (chunk: Buffer) => {
      if (output.includes('listening')) return;
      output += chunk.toString('utf8');
      if (output.includes('listening')) resolve();
    });
    if (server.stdout !== null && 'unref' in server.stdout && typeof server.stdout.unref === 'function')
      server.stdout.unref();
    void exited.then(() => reject(new Error(`The SQL engine ended before it listened: ${output.trim()}`)));
  });
}

function executable(): string {
  const suffix = platform() === 'darwin' ? '' : '.so';
  const path = join(engineFolder, `remote_server${arch() === 'arm64' ? '_arm' : ''}${suffix}`);
  try {
    accessSync(path, constants.X_OK);
  } catch {
    chmodSync(path, 0o755);
  }
  return path;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
