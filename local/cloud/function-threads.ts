import { join } from 'node:path';
import { parentPort, SHARE_ENV, Worker, workerData } from 'node:worker_threads';
import { endCompilerWithOthers } from './compilers';
import type { FunctionName } from './function-names';
import type { ForwardTarget } from './gateway/forward';
import { goAfterOthers } from './go-after-others';

/** What functions read from files that a developer changes. */
export type Reloadable = 'definitions' | 'console';

/** A thread that functions can be hosted in. */
export interface FunctionThread {
  /** Loads a function there and serves it. Its environment must be set by then: it is this process's. */
  readonly host: (name: FunctionName, hosts: readonly string[]) => Promise<ForwardTarget>;
  /** Reads again what functions have read. Throws an Error that says what is wrong with it. */
  readonly reload: (what: Reloadable) => Promise<void>;
  /** Ends all that it hosts, and the thread. */
  readonly close: () => Promise<void>;
}

export interface ThreadSettings {
  /** Whether the other threads go first: see goAfterOthers. */
  readonly goesAfterOthers: boolean;
}

/** What the thread is told. */
type ToFunctions =
  | { readonly kind: 'host'; readonly name: FunctionName; readonly hosts: readonly string[] }
  | { readonly kind: 'reload'; readonly what: Reloadable }
  | { readonly kind: 'close' };

/** What the thread says. */
type FromFunctions =
  | { readonly kind: 'hosted'; readonly name: FunctionName; readonly port: number }
  | { readonly kind: 'failed'; readonly reason: string }
  /** What is wrong with it, if anything is. */
  | { readonly kind: 'reloaded'; readonly problem: string | undefined };

/**
 * Starts a thread for functions, which begins to load what all of them need. What functions do in one thread
 * keeps those of other threads, and the gateway, from nothing but the processor.
 */
export function startFunctionThread(settings: ThreadSettings): FunctionThread {
  const thread = new Worker(join(__dirname, 'functions-thread.ts'), {
    env: SHARE_ENV,
    workerData: settings,
    execArgv: ['--require', 'tsx/cjs'],
    // Three times as much is kept unless this is said, for each thread, and gains nothing here. Where V8 may use gigabytes,
    // it collects what requests leave behind only when its heap is four times what lives; below 2 GB sooner.
    resourceLimits: { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 512 },
  });
  const tell = (message: ToFunctions) => thread.postMessage(message);
  const ended = new Promise<void>((resolve) => {
    thread.once('exit', () => resolve());
  });
  let isClosing = false;
  void ended.then(() => {
    // Better to end visibly than to go on without some of the functions.
    if (!isClosing) throw new Error('A thread of the functions ended unexpectedly');
  });
  return {
    host: (name, hosts) =>
      new Promise((resolve, reject) => {
        thread.on('message', (message: FromFunctions) => {
          if (message.kind === 'failed') reject(new Error(message.reason));
          else if (message.kind === 'hosted' && message.name === name)
            resolve({ host: '127.0.0.1', port: message.port });
        });
        tell({ kind: 'host', name, hosts });
      }),
    reload: (what) =>
      new Promise((resolve, reject) => {
        const hear = (message: FromFunctions) => {
          if (message.kind !== 'reloaded') return;
          thread.off('message', hear);
          if (message.problem === undefined) resolve();
          else reject(new Error(message.problem));
        };
        thread.on('message', hear);
        tell({ kind: 'reload', what });
      }),
    close: async () => {
      isClosing = true;
      tell({ kind: 'close' });
      await ended;
    },
  };
}

/** In the thread: hosts what it is told to, until it is told to close. */
export function hostInThread({ goesAfterOthers }: ThreadSettings = workerData): void {
  if (goesAfterOthers) goAfterOthers();
  endCompilerWithOthers();
  // The other thread, which imports this file too, has no use for the functions themselves.
  const { hostFunction, reloadings }: typeof import('./functions') = require('./functions');
  const { stopTelemetry }: typeof import('../../shared/telemetry/telemetry') =
    require('../../shared/telemetry/telemetry');
  const tellParent = (message: FromFunctions) => parentPort?.postMessage(message);
  const closers: (() => Promise<void>)[] = [stopTelemetry];
  const host = async ({ name, hosts }: Extract<ToFunctions, { kind: 'host' }>) => {
    const { port, close } = await hostFunction(name, hosts);
    closers.push(close);
    tellParent({ kind: 'hosted', name, port });
  };
  const reload = (what: Reloadable) => {
    try {
      reloadings[what]();
      tellParent({ kind: 'reloaded', problem: undefined });
    } catch (error) {
      tellParent({ kind: 'reloaded', problem: messageOf(error) });
    }
  };
  const close = async () => {
    for (const closer of closers.reverse()) await closer();
    process.exit(0);
  };
  parentPort?.on('message', (message: ToFunctions) => {
    if (message.kind === 'close') void close();
    else if (message.kind === 'reload') reload(message.what);
    else host(message).catch((error: unknown) => tellParent({ kind: 'failed', reason: messageOf(error) }));
  });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
