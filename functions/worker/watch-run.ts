import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../shared/log';
import type { RunMessage } from '../../shared/runs/rules/run-identity';
import { within } from '../../shared/support/time-limits';

export interface WatchDependencies {
  /** Between two looks while the run is executed, in milliseconds. */
  readonly watchEveryMs: number;
  readonly log: Log;
}

/** How a watch looks at its run. */
export interface RunLooks {
  /** Free of charge, but may see an older state of the tenant row. */
  readonly holdsSlot: () => Promise<boolean>;
  /** Costs a statement, and is right. */
  readonly isOver: () => Promise<boolean>;
}

/** Finds out whether somebody else has ended a run while it is executed, most often by cancelling it. */
export interface RunWatch {
  /** Aborted, with a RunIsOver, once somebody has. */
  readonly signal: AbortSignal;
  /** Looks now, unless the last look is less than a second old. */
  readonly look: () => Promise<void>;
  readonly stop: () => void;
}

/** How long a look is good for, in milliseconds, so that steps which begin together share one. */
const freshForMs = 1_000;
/** No step waits longer for a look, in milliseconds. Google's client by itself would wait for minutes. */
const longestLookMs = 2_000;

/**
 * Watches a run from now on. Looks are free, but may read an older state of the tenant row. So only where one
 * finds no slot, `isOver` is asked, which costs a statement, and its answer decides. A look that fails, or
 * takes too long, says nothing; the next one comes.
 */
export function watchRun(
  { tenant_id, run_id }: RunMessage,
  { holdsSlot, isOver }: RunLooks,
  { watchEveryMs, log }: WatchDependencies,
): RunWatch {
  const over = new AbortController();
  const end = new AbortController();
  let lookedAt = performance.now();
  let underWay: Promise<void> | undefined;

  const lookNow = async () => {
    try {
      const isHeld = await within(longestLookMs, 'BigQuery', holdsSlot());
      const isGone = !isHeld && (await isOver());
      lookedAt = performance.now();
      if (isGone) over.abort(new RunIsOver());
    } catch (error) {
      log('DEBUG', 'Whether a run is cancelled could not be seen', { tenant_id, run_id, error });
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
  // Ends when `stop` breaks off its sleep.
  keepLooking().catch(() => undefined);

  return {
    signal: over.signal,
    look: async () => {
      if (performance.now() - lookedAt >= Math.min(freshForMs, watchEveryMs)) await lookOnce();
    },
    stop: () => end.abort(),
  };
}

/** Why a watch aborts its signal: nothing is left to do for the run. */
export class RunIsOver extends Error {
  override readonly name = 'RunIsOver';
  constructor() {
    super('The run was ended by somebody else');
  }
}
