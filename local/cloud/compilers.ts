import { BroadcastChannel } from 'node:worker_threads';

const channelName = 'tenant-pipelines compilers';

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

/** tsx translates in one turn of the event loop, so it has nothing under way. */
function endOwn(): void {
  // Not loaded for this: whoever has not loaded it has started none.
  if (require.cache[require.resolve('esbuild')] === undefined) return;
  const { stop }: typeof import('esbuild') = require('esbuild');
  stop();
}
