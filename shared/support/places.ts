import { ServiceError } from '../errors';
import { createAdaptiveLimit } from './adaptive-limit';
import { createLoopLag } from './loop-lag';

/**
 * Bounds what an instance does at once. What would wait too long is refused at once, before anything of it is
 * begun: it costs neither a query nor a statement, and nothing of it can happen.
 */
export interface Places {
  /** Does the work in a place of the holder's. Throws `unavailable` where there is none. */
  readonly inPlace: <T>(holder: string, work: () => Promise<T>) => Promise<T>;
  /** Something that was begun has taken so long that there are to be fewer places. */
  readonly wasLate: () => void;
  /** Something came in time, after so many milliseconds. */
  readonly wasInTime: (tookMs: number) => void;
}

export interface PlacesOptions {
  /** How many there are at the start; the number follows what the other side can do. */
  readonly usual: number;
  /**
   * `shared`: all work of a holder is done in one place, so many pieces of it at most. `own`: each piece has its
   * own place, and one holder has at most this share of all places, so that others find some.
   */
  readonly kind:
    | { readonly name: 'shared'; readonly most: number }
    | { readonly name: 'own'; readonly shareOf: (holder: string) => number };
  /** What whoever finds no place is told. */
  readonly refusal: string;
  readonly onRefusal?: (() => void) | undefined;
  /** Calls of the other side that a piece of work takes one after the other. */
  readonly callsOfWork: number;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
  /** In [0, 1), for jitter; Math.random unless given. */
  readonly random?: (() => number) | undefined;
}

/** However slow the other side is: by these it is seen that it has recovered. */
const fewestPlaces = 4;
const mostPlaces = 1_000;
/** The wait that a refusal names, in milliseconds. */
const waits = { first: 1_000, longest: 30_000, jitter: 1_000 };
/**
 * The event loop may be so late, in milliseconds, before there are no more places than usual, and before they
 * grow no further: who is refused waits as long as whoever is served.
 */
const lags = { tooLate: 100, noMore: 40 };
/** What a call takes before one has been seen, in milliseconds; how much the last one counts in the average. */
const firstAverageMs = 500;
const weightOfLast = 0.1;

export function createPlaces(options: PlacesOptions): Places {
  const { usual, kind, refusal, onRefusal, callsOfWork, monotonicMs, random = Math.random } = options;
  const limit = createAdaptiveLimit({ least: Math.min(usual, fewestPlaces), usual, most: mostPlaces });
  /** How much of each holder's work is under way. */
  const held = new Map<string, number>();
  let pieces = 0;
  let averageMs = firstAverageMs;
  let lastTurn = Number.NEGATIVE_INFINITY;

  const lag = createLoopLag(monotonicMs, (lagMs) => {
    if (lagMs > lags.tooLate) limit.wasBusy(monotonicMs());
  });
  const taken = () => (kind.name === 'shared' ? held.size : pieces);

  function hasPlace(holder: string): boolean {
    const own = held.get(holder) ?? 0;
    const places = limit.current();
    if (kind.name === 'shared') return own === 0 ? taken() < places : own < kind.most;
    return taken() < places && own < Math.max(1, places * kind.shareOf(holder));
  }

  /**
   * In how many milliseconds the turn comes of whoever is refused now. Turns follow each other as places become
   * free, so that clients do not come back together.
   */
  function nextTurnMs(): number {
    const now = monotonicMs();
    const apart = (averageMs * callsOfWork) / limit.current();
    lastTurn = Math.min(Math.max(lastTurn + apart, now + waits.first), now + waits.longest);
    return lastTurn - now;
  }

  function hold(holder: string, change: 1 | -1): void {
    pieces += change;
    if (change === 1) lag.look();
    const own = (held.get(holder) ?? 0) + change;
    if (own === 0) held.delete(holder);
    else held.set(holder, own);
  }

  return {
    inPlace: async (holder, work) => {
      if (!hasPlace(holder)) {
        onRefusal?.();
        const retryAfterSeconds = Math.ceil((nextTurnMs() + random() * waits.jitter) / 1000);
        throw new ServiceError('unavailable', refusal, { retryAfterSeconds });
      }
      hold(holder, 1);
      try {
        return await work();
      } finally {
        hold(holder, -1);
      }
    },
    wasLate: () => limit.wasLate(monotonicMs()),
    wasInTime: (tookMs) => {
      averageMs += (tookMs - averageMs) * weightOfLast;
      if (limit.current() < usual || lag.recentMs() <= lags.noMore) limit.wasInTime(taken());
    },
  };
}
