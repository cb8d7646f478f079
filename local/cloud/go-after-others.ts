import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** As `nice` counts; threads at 0 get three times the processor. */
const lower = 5;

/**
 * Has this thread, and processes that it starts, go after the others where the processor is short, as far as the
 * system can do that (Linux): whoever calls is answered before work goes on that was accepted. Deployed, each has
 * a processor of its own.
 */
export function goAfterOthers(): void {
  try {
    const [, thread] = /\/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self')) ?? [];
    if (thread !== undefined) setPriority(Number(thread), lower);
  } catch {
    // Then all are alike.
  }
}
