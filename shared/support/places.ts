import { ServiceError, withoutStack } from '../errors';
import { createAdaptiveLimit } from './adaptive-limit';
import { partOfAnswer, usualAnswerMs } from './answer-time';
import { createLoopLag } from './loop-lag';
import { createWaitingLine } from './waiting-line';

/**
 * Bounds what an instance does at once. What would wait too long is refused at once, before anything of it is
 * begun: it costs neither a query nor a statement, and nothing of it can happen.
 */
export interface Places {
  /**
   * Does the work in a place of the holder's. Where there is none, it may wait for its turn; throws `unavailable`
   * where it may not.
   */
  readonly inPlace: <T>(holder: string, work: () => Promise<T>) => Promise<T>;
  /** Something that was begun has taken so long that there are to be fewer places. */
  readonly wasLate: () => void;
  /** Something came in time. */
  readonly wasInTime: () => void;
}

export interface PlacesOptions {
  /** How many there are at the start; the number follows what the other side can do. */
  readonly usual: number;
  /**
   * `shared`: all work of a holder is done in one place, so many pieces of it at most; holders stand in line for
   * places. `own`: each piece has its own place, and one holder has at most this share of all places, so that others
   * find some; nobody waits.
   */
  readonly kind:
    | { readonly name: 'shared'; readonly most: number }
    | { readonly name: 'own'; readonly shareOf: (holder: string) => number };
  /** What whoever finds no place is told. */
  readonly refusal: string;
  readonly onRefusal?: (() => void) | undefined;
  /** How long callers wait for an answer, in milliseconds: the usual time unless given. */
  readonly answerMs?: number | undefined;
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
/** What a piece of work takes before one has been seen, in milliseconds; how many make up the average. */
const firstAverageMs = 1_000;
const averaged = 10;
/** Work that is over sooner, in milliseconds, has asked nobody: how long turns take does not follow from it. */
const leastCountedMs = 20;
/**
 * In milliseconds: whose turn comes within the first, a third of the time that callers wait, stands in line for it, for
 * who is refused gets through no sooner; and who stood there for the second, half of that time, is refused after all:
 * the rest is for what is begun. Where callers wait less than usual, both are less.
 */
const lines = { expected: usualAnswerMs / 3, longest: usualAnswerMs / 2 };
/** However soon turns seem to come: the line is no longer than this many turns of all places. */
const mostTurns = 25;

export function createPlaces(options: PlacesOptions): Places {
  const { usual, kind, refusal, onRefusal, answerMs, monotonicMs, random = Math.random } = options;
  const inLine = (usualMs: number) => Math.min(usualMs, partOfAnswer(usualMs, answerMs));
  const expectedMs = inLine(lines.expected);
  const limit = createAdaptiveLimit({ least: Math.min(usual, fewestPlaces), usual, most: mostPlaces });
  /** How much of each holder's work is under way. */
  const held = new Map<string, number>();
  let pieces = 0;
  let seen = 0;
  let averageMs = firstAverageMs;
  /** Somebody has stood in line in vain, and no work has ended since. */
  let isStuck = false;
  let lastTurn = Number.NEGATIVE_INFINITY;

  const lag = createLoopLag(monotonicMs, (lagMs) => {
    if (lagMs > lags.tooLate) limit.wasBusy(monotonicMs());
  });
  const line = createWaitingLine(monotonicMs, inLine(lines.longest));
  const taken = () => (kind.name === 'shared' ? held.size : pieces);

  /** Of two turns, as places become free. */
  const apartMs = () => averageMs / limit.current();

  function hasPlace(holder: string): boolean {
    const own = held.get(holder) ?? 0;
    const places = limit.current();
    if (kind.name === 'shared') return own === 0 ? taken() < places : own < kind.most;
    return taken() < places && own < Math.max(1, places * kind.shareOf(holder));
  }

  /** Whether the turn of whoever comes now is near. While the line does not move, it is not. */
  function mayWait(holder: string): boolean {
    if (kind.name !== 'shared' || isStuck) return false;
    const waiting = line.waitingOf(holder);
    if (waiting > 0 || held.has(holder)) return waiting > 0 && waiting < kind.most;
    const before = line.length();
    if ((before + 1) * apartMs() > expectedMs || before >= mostTurns * limit.current()) return false;
    return monotonicMs() - (line.firstSinceMs() ?? monotonicMs()) < expectedMs;
  }

  async function hasTurn(holder: string): Promise<boolean> {
    if (!mayWait(holder)) return false;
    const hasCome = await line.join(holder);
    if (!hasCome) isStuck = true;
    return hasCome;
  }

  /** Gives places that are free to those who wait. */
  function letIn(): void {
    while (line.length() > 0 && taken() < limit.current()) {
      const { holder, pieces } = line.next() ?? {};
      if (holder !== undefined && pieces !== undefined) hold(holder, pieces);
    }
  }

  /**
   * In how many milliseconds the turn comes of whoever is refused now. Turns follow each other as places become
   * free, so that clients do not come back together.
   */
  function nextTurnMs(): number {
    const now = monotonicMs();
    lastTurn = Math.min(Math.max(lastTurn + apartMs(), now + waits.first), now + waits.longest);
    return lastTurn - now;
  }

  function refused(): ServiceError {
    onRefusal?.();
    const retryAfterSeconds = Math.ceil((nextTurnMs() + random() * waits.jitter) / 1000);
    return withoutStack(() => new ServiceError('unavailable', refusal, { retryAfterSeconds }));
  }

  /** The mean of those that were seen, until there are many. */
  function learnFrom(tookMs: number): void {
    if (tookMs < leastCountedMs) return;
    seen = Math.min(seen + 1, averaged);
    averageMs += (tookMs - averageMs) / seen;
  }

  function hold(holder: string, change: number): void {
    pieces += change;
    if (change > 0) lag.look();
    const own = (held.get(holder) ?? 0) + change;
    if (own === 0) held.delete(holder);
    else held.set(holder, own);
  }

  return {
    inPlace: async (holder, work) => {
      if (hasPlace(holder)) hold(holder, 1);
      else if (!(await hasTurn(holder))) throw refused();
      const startedAt = monotonicMs();
      try {
        return await work();
      } finally {
        learnFrom(monotonicMs() - startedAt);
        hold(holder, -1);
        isStuck = false;
        letIn();
      }
    },
    wasLate: () => limit.wasLate(monotonicMs()),
    wasInTime: () => {
      if (limit.current() < usual || lag.recentMs() <= lags.noMore) limit.wasInTime(taken());
      letIn();
    },
  };
}
