import type { WorkSignals } from '../../model';

/**
 * How long the engine may go on with a call that was stopped, or abandoned, before its process is ended. With the
 * second in which a caller who left may come back (jobs/job-stops.ts) it is less than the two of the README.
 */
const patienceMs = { stopped: 500, abandoned: 700 };

/**
 * Makes a call that can be stopped. The engine itself cannot drop a call, so that one that it does not end soon
 * takes its process along.
 * @param endEngine ends the process that the call is made to
 * @throws what `stopped` was aborted with, without waiting for the engine
 */
export async function stoppable<T>(
  signals: WorkSignals | undefined,
  endEngine: () => void,
  call: () => Promise<T>,
): Promise<T> {
  if (signals === undefined) return call();
  const { stopped, abandoned } = signals;
  stopped.throwIfAborted();
  const timers: NodeJS.Timeout[] = [];
  const work = call();
  const early = new Promise<never>((_, reject) => {
    whenAborted(stopped, work, () => {
      timers.push(setTimeout(endEngine, patienceMs.stopped));
      reject(stopped.reason);
    });
    whenAborted(abandoned, work, () => {
      const giveUp = () => {
        reject(abandoned.reason);
        endEngine();
      };
      timers.push(setTimeout(giveUp, patienceMs.abandoned));
    });
  });
  const clear = () => {
    for (const timer of timers) clearTimeout(timer);
  };
  work.then(clear, clear);
  return Promise.race([work, early]);
}

/** Calls back when the signal is aborted, or is already, while the work goes on. */
function whenAborted(signal: AbortSignal, work: Promise<unknown>, callback: () => void): void {
  if (signal.aborted) {
    callback();
    return;
  }
  signal.addEventListener('abort', callback, { once: true });
  const leave = () => signal.removeEventListener('abort', callback);
  work.then(leave, leave);
}
