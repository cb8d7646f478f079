import { type ShownProblem, shownProblem } from '../problems';
import { nextAskMs } from './next-ask';

/** What asking depends on beside the server: a clock, chance, and whether anybody looks. */
export interface Surroundings {
  /** @returns what calls it off */
  readonly after: (ms: number, act: () => void) => () => void;
  /** Evenly from 0 up to 1. */
  readonly random: () => number;
  readonly isHidden: () => boolean;
  /** @param act is told when the page was hidden, is seen again, or is online again; returned is what ends that */
  readonly watch: (act: () => void) => () => void;
}

export interface Wish<Answer> {
  /** Answers once, or whenever there is something new, until there will be no more or the signal ends it. */
  readonly ask: (signal: AbortSignal) => AsyncIterable<Answer>;
  /** @param isByItself whether nobody has wished it: some time has passed since the last answer */
  readonly onAsk: (isByItself: boolean) => void;
  readonly onAnswer: (answer: Answer) => void;
  readonly onProblem: (problem: ShownProblem) => void;
  /** Told when a call has ended, whatever came of it. */
  readonly onEnd: () => void;
  /** How long after the last answer it is asked again; undefined: it is not. */
  readonly everyMs: () => number | undefined;
}

export interface Asking {
  /** Asks at once. What is under way is ended, and its answers are not told any more. */
  readonly again: () => void;
  /** Nothing is asked or told any more, even if wished. */
  readonly end: () => void;
}

/**
 * Asks, and asks again by itself: one call at a time, only while the page is seen, after failures that may pass later
 * and later, and not at all once the key is refused. The first call is made even where the page is not seen.
 */
export function keepAsking<Answer>(wish: Wish<Answer>, around: Surroundings): Asking {
  /** Of the call that is under way, or was the last; what comes of another is too old. */
  let own: AbortController | undefined;
  let callOff = () => {};
  let failures = 0;
  let isPassing = true;
  let isRefused = false;
  let isUnderWay = false;
  /** Whether more would have come, had the page been seen. */
  let isCutShort = false;
  let hasAnswered = false;
  let isEnded = false;

  const pauseMs = () => {
    const everyMs = wish.everyMs();
    return isRefused ? undefined : nextAskMs({ failures, isPassing, everyMs, random: around.random() });
  };
  const send = async (isByItself: boolean) => {
    // What was begun on a page may be done after it was left, and wish an answer that nobody waits for.
    if (isEnded) return;
    callOff();
    own?.abort();
    const mine = new AbortController();
    own = mine;
    isUnderWay = true;
    hasAnswered = false;
    isCutShort = false;
    wish.onAsk(isByItself);
    try {
      for await (const answer of wish.ask(mine.signal)) {
        if (own !== mine) return;
        hasAnswered = true;
        failures = 0;
        isRefused = false;
        wish.onAnswer(answer);
        if (around.isHidden()) mine.abort();
      }
      if (own !== mine) return;
      failures = 0;
    } catch (error) {
      if (own !== mine) return;
      if (mine.signal.aborted) isCutShort = true;
      else {
        const problem = shownProblem(error);
        failures += 1;
        isPassing = problem.isPassing;
        isRefused = problem.code === 'unauthenticated';
        wish.onProblem(problem);
      }
    }
    isUnderWay = false;
    wish.onEnd();
    if (around.isHidden()) return;
    if (isCutShort) return again();
    const ms = pauseMs();
    if (ms !== undefined) callOff = around.after(ms, () => void send(true));
  };
  const again = () => void send(false);
  const stopWatching = around.watch(() => {
    if (around.isHidden()) {
      callOff();
      // A first answer is let come; what would follow it is told to nobody.
      if (isUnderWay && hasAnswered) own?.abort();
    } else if (!isUnderWay && (isCutShort || pauseMs() !== undefined)) again();
  });
  again();
  return {
    again,
    end: () => {
      isEnded = true;
      stopWatching();
      callOff();
      own?.abort();
      own = undefined;
    },
  };
}
