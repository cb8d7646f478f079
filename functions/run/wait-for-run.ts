import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpReply } from '../../shared/http/reply';
import type { HttpRequest } from '../../shared/http/route';
import { isOver } from '../../shared/runs/show-run';
import { showWholeRun } from './show-whole-run';
import type { TakePlace } from './stream-places';
import type { StreamDependencies } from './stream-run';
import type { Viewer } from './telling-jobs';

/** A request that waits lasts no longer, in seconds: proxies end what is silent for a minute. */
const longestWaitSeconds = 55;
/** Between two looks, which are free of charge: growing from one to the other. In milliseconds. */
const pace = { shortestMs: 100, longestMs: 2_000, growth: 1.5 };

/** How long the caller would like to wait, in seconds. Undefined: not at all, or what it says is not understood. */
export function waitAsked(request: HttpRequest): number | undefined {
  // https://www.rfc-editor.org/rfc/rfc7240#section-4.3: unknown preferences are left alone.
  const [, seconds] =
    /(?:^|[,;\s])wait\s*=\s*"?(\d{1,9})"?(?=$|[,;\s])/i.exec(request.header('Prefer') ?? '') ?? [];
  return seconds === undefined ? undefined : Math.min(Number(seconds), longestWaitSeconds);
}

export interface AwaitedRun {
  readonly tenantId: string;
  readonly runId: string;
  readonly viewer: Viewer;
  /** Whose place among the streams it takes. */
  readonly holder: string;
  /** The tenant's life that the run is of; undefined: the one that it has now. */
  readonly onboardingId: string | null | undefined;
  readonly seconds: number;
  /** As in StreamedRun. */
  readonly checkKey: () => Promise<unknown>;
}

/** A run as it is told, with its steps and checks. */
export type WholeRun = Awaited<ReturnType<typeof showWholeRun>>;

/**
 * An answer whose headers are sent at once, and whose body when the run is over or the time is up: then as the
 * run is. What cannot be found out is left out: the call itself was a success before.
 *
 * It waits as streams do, outside of the places of other calls: its place is one of the streams'. Undefined where
 * there is none: then nobody waits.
 */
export function waitingReply(
  awaited: AwaitedRun,
  reply: { readonly status: number; readonly headers?: Readonly<Record<string, string>> },
  bodyOf: (run: WholeRun | undefined) => object,
  takePlace: TakePlace,
  deps: StreamDependencies,
): HttpReply | undefined {
  const giveBack = takenOrNot(takePlace, awaited.holder);
  if (giveBack === undefined) return undefined;
  return {
    status: reply.status,
    headers: {
      ...reply.headers,
      'Content-Type': 'application/json',
      'Preference-Applied': `wait=${awaited.seconds}`,
    },
    stream: async (write, gone) => {
      try {
        const run = await runAtEnd(awaited, deps, gone).catch(() => undefined);
        await write(JSON.stringify(bodyOf(run)));
      } finally {
        giveBack();
      }
    },
  };
}

function takenOrNot(takePlace: TakePlace, holder: string): (() => void) | undefined {
  try {
    return takePlace(holder);
  } catch {
    return undefined;
  }
}

/**
 * The run once it is over, or the time is up. Looks are free, but may see an older state of the tenant row: so
 * where one finds no slot, a statement says whether the run is over. Rejects once the client is gone.
 */
async function runAtEnd(awaited: AwaitedRun, deps: StreamDependencies, gone: AbortSignal): Promise<WholeRun> {
  const { tenantId, runId, viewer, onboardingId, seconds, checkKey } = awaited;
  const until = performance.now() + seconds * 1000;
  let pauseMs = pace.shortestMs;
  for (;;) {
    const isTimeUp = performance.now() >= until;
    if (isTimeUp || !(await deps.holdsSlot(tenantId, onboardingId, runId))) {
      const run = await showWholeRun(tenantId, runId, viewer, deps);
      if (isTimeUp || isOver(run)) return run;
      pauseMs = pace.longestMs;
    }
    await sleep(Math.min(pauseMs, Math.max(0, until - performance.now())), undefined, { signal: gone });
    await checkKey();
    pauseMs = Math.min(pauseMs * pace.growth, pace.longestMs);
  }
}
