import { BroadcastChannel } from 'node:worker_threads';

const channelName = 'tenant-pipelines compilers';

/** Of the builds in this thread. One that is under way when its compiler is stopped never ends, and nobody is told. */
const builds = { begun: 0, ended: 0 };
/** Whether the compiler is to end when all of them have. */
let isToEnd = false;

/**
 * Ends the processes that have translated sources: one for each thread that found some not yet translated, and one that
 * has built the console. They take as much memory as a quarter of all the rest, and start again where they are needed.
 */
export function endCompilers(): void {
  const channel = new BroadcastChannel(channelName);
  channel.postMessage('end');
  channel.close();
  endOwn();
}

/** In a thread: has its compiler end when those of all threads are ended. */
export function endCompilerWithOthers(): void {
  const channel = new BroadcastChannel(channelName);
  channel.onmessage = endOwn;
  channel.unref();
}

/** Keeps this thread's compiler until the build has ended, and others that began meanwhile. */
export async function whileCompiling<Built>(build: () => Promise<Built>): Promise<Built> {
  builds.begun += 1;
  try {
    return await build();
  } finally {
    builds.ended += 1;
    if (isToEnd) endOwn();
  }
}

/** Only builds need be waited for: tsx translates in one turn of the event loop, so it has nothing under way. */
function endOwn(): void {
  isToEnd = builds.ended < builds.begun;
  if (isToEnd) return;
  // Not loaded for this: whoever has not loaded it has started none.
  if (builds.begun === 0 && require.cache[require.resolve('esbuild')] === undefined) return;
  const { stop }: typeof import('esbuild') = require('esbuild');
  stop();
}
