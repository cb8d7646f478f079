import type { LocalCloud } from './cloud';

/**
 * Shuts the cloud down cleanly on Ctrl-C or SIGTERM, even while it is still starting, and ends the process
 * with 0.
 *
 * @returns whether it is stopping: from then on failures are those of servers that are going away
 */
export function stopOnSignal(starting: Promise<LocalCloud>): () => boolean {
  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    starting.then((cloud) => cloud.close()).then(() => process.exit(0), fail);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return () => isStopping;
}

/** Prints the reason and ends the process with 1. */
export function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
