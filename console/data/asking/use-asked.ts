import { useLayoutEffect, useReducer, useRef } from 'preact/hooks';
import type { ShownProblem } from '../problems';
import { answerTo, keepAnswer } from './answers';
import { type Asking, keepAsking, type Surroundings } from './keep-asking';

/** What a page shows of something that it asks for. */
export interface Loaded<Answer> {
  /** The last one; it stays while it is asked anew, and where that fails. */
  readonly answer: Answer | undefined;
  /** When it came, in milliseconds since 1970. */
  readonly answeredAt: number | undefined;
  /** Why the last attempt has failed. */
  readonly problem: ShownProblem | undefined;
  readonly isAsking: boolean;
  readonly askAgain: () => void;
}

export interface Question<Answer> {
  /** Answers once, or whenever there is something new. @param before the answer that is shown */
  readonly ask: (signal: AbortSignal, before: Answer | undefined) => AsyncIterable<Answer>;
  /** How long after the last answer it is asked again, in milliseconds; undefined: it is not. */
  readonly everyMs: (answer: Answer | undefined) => number | undefined;
  readonly onAsk?: (isByItself: boolean) => void;
}

const browser: Surroundings = {
  after: (ms, act) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
  isHidden: () => document.hidden,
  watch: (act) => {
    document.addEventListener('visibilitychange', act);
    addEventListener('online', act);
    return () => {
      document.removeEventListener('visibilitychange', act);
      removeEventListener('online', act);
    };
  },
};

type State<Answer> = Omit<Loaded<Answer>, 'askAgain'> & { readonly name: string };

/**
 * Asks when a page opens, when `name` changes, and again by itself as `keepAsking` does.
 * @param name says what is asked, with all that the answer depends on: the answers are kept under it
 */
export function useAsked<Answer>(name: string, question: Question<Answer>): Loaded<Answer> {
  const [, show] = useReducer((count: number) => count + 1, 0);
  const state = useRef<State<Answer> | undefined>(undefined);
  const current = useRef(question);
  current.current = question;
  const asking = useRef<Asking | undefined>(undefined);
  if (state.current?.name !== name) {
    const kept = answerTo(name);
    // Kept under this name is what this very question was answered before.
    const answer = kept?.answer as Answer | undefined;
    state.current = { name, answer, answeredAt: kept?.at, problem: undefined, isAsking: true };
  }

  // Before the page is painted: what is asked for is under way by then.
  useLayoutEffect(() => {
    const change = (changed: Partial<State<Answer>>) => {
      if (state.current?.name === name) state.current = { ...state.current, ...changed };
      show(undefined);
    };
    asking.current = keepAsking<Answer>(
      {
        ask: (signal) => current.current.ask(signal, state.current?.answer),
        everyMs: () => current.current.everyMs(state.current?.answer),
        onAsk: (isByItself) => {
          current.current.onAsk?.(isByItself);
          if (state.current?.isAsking === false) change({ isAsking: true });
        },
        onAnswer: (answer) => {
          const answeredAt = Date.now();
          keepAnswer(name, answer, answeredAt);
          change({ answer, answeredAt, problem: undefined, isAsking: false });
        },
        onProblem: (problem) => change({ problem }),
        onEnd: () => change({ isAsking: false }),
      },
      browser,
    );
    return asking.current.end;
  }, [name]);

  const { answer, answeredAt, problem, isAsking } = state.current;
  return { answer, answeredAt, problem, isAsking, askAgain: () => asking.current?.again() };
}
