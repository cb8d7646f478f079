import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../shared/log';
import { within } from '../../shared/support/time-limits';

export interface WatchDependencies {
  /** Free of charge. */
  readonly holdsSlot: (tenantId: string, runId: string) => Promise<boolean>;
  /** Between two looks while the run is executed, in milliseconds. */
  readonly watchEveryMs: number;
  readonly log: Log;
}

/** Tells whether a run that is being executed has been ended by somebody else: cancelled, most often. */
export interface RunWatch {
  /** Aborted once that is so. */
  readonly signal: AbortSignal;
  /** Looks now, unless it has been looked within the last second. */
  readonly look: () => Promise<void>;
  readonly stop: () => void;
}

/** How long a look is good for, in milliseconds: steps that begin together share one. */
const freshForMs = 1_000;
/** No step waits longer for a look, in milliseconds. Google's client alone would wait for minutes. */
const longestLookMs = 2_000;

/**
 * Watches a run from now on. Only a look that finds no slot costs a statement: `isOver` has to say so, too, since an
 * older state of the row must not end a run. A look that fails, or is not answered in time, tells nothing, and the next one
 * comes.
 */
export function watchRun(
  tenantId: string,
  runId: string,
  isOver: () => Promise<boolean>,
  { holdsSlot, watchEveryMs, log }: WatchDependencies,
): RunWatch {
  const over = new AbortController();
  const end = new AbortController();
  let lookedAt = performance.now();
  let underWay: Promise<void> | undefined;

  const lookNow = async () => {
    try {
      const isHeld = await within(longestLookMs, 'BigQuery', holdsSlot(tenantId, runId));
      const isGone = !isHeld && (await isOver());
      lookedAt = performance.now();
      if (isGone) over.abort(new RunIsOver());
    } catch (error) {
      log('DEBUG', 'Whether a run is cancelled could not be seen', {
        tenant_id: tenantId,
        run_id: runId,
        error,
      });
    }
  };
  const lookOnce = async () => {
    underWay ??= lookNow().finally(() => {
      underWay = undefined;
    });
    await underWay;
  };
  const keepLooking = async () => {
    while (!over.signal.aborted) {
      await sleep(watchEveryMs, undefined, { signal: end.signal });
      await lookOnce();
    }
  };
  // It ends by its sleep being broken off.
  keepLooking().catch(() => undefined);

  return {
    signal: over.signal,
    look: async () => {
      if (performance.now() - lookedAt >= Math.min(freshForMs, watchEveryMs)) await lookOnce();
    },
    stop: () => end.abort(),
  };
}

/** The reason of a watch's signal: nothing is left to do for the run. */
export class RunIsOver extends Error {
  override readonly name = 'RunIsOver';
  constructor() {
    super('The run was ended by somebody else');
  }
}
