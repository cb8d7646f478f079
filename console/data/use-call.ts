import { useEffect, useReducer, useRef } from 'preact/hooks';
import { answerTo, keepAnswer } from './answers';
import { nextAskMs } from './next-ask';
import { type ShownProblem, shownProblem } from './problems';

/** What a page shows of a call. */
export interface Loaded<Answer> {
  /** The last one; it stays while it is asked anew, and where that fails. */
  readonly answer: Answer | undefined;
  /** Why the last attempt has failed. */
  readonly problem: ShownProblem | undefined;
  readonly isAsking: boolean;
  readonly askAgain: () => void;
}

interface CallOptions {
  /** Asks again so long after each answer, in milliseconds, while the tab can be seen. Not unless given. */
  readonly everyMs?: number | undefined;
}

/**
 * Asks when a page opens, and again when `name` changes.
 * @param name says what is asked, with all that the answer depends on: the answers are kept under it
 * @param ask gets a signal that ends the call when nobody waits for it any more
 */
export function useCall<Answer>(
  name: string,
  ask: (signal: AbortSignal) => Promise<Answer>,
  { everyMs }: CallOptions = {},
): Loaded<Answer> {
  const [, show] = useReducer((count: number) => count + 1, 0);
  const state = useRef<{
    name: string;
    answer?: Answer;
    problem?: ShownProblem | undefined;
    isAsking: boolean;
  }>({ name: '', isAsking: false });
  const asking = useRef(ask);
  asking.current = ask;
  const again = useRef(() => {});
  if (state.current.name !== name)
    // Kept under this name is what this very call has answered before.
    state.current = { name, answer: answerTo(name) as Answer, problem: undefined, isAsking: true };

  useEffect(() => {
    let controller: AbortController | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let hasEnded = false;

    const later = () => {
      clearTimeout(timer);
      const isPassing = state.current.problem?.isPassing === true;
      const pauseMs = nextAskMs({ failures, isPassing, everyMs });
      if (pauseMs === undefined || hasEnded || document.hidden) return;
      timer = setTimeout(send, pauseMs);
    };
    const send = async () => {
      clearTimeout(timer);
      controller?.abort();
      const own = new AbortController();
      controller = own;
      state.current.isAsking = true;
      show(undefined);
      try {
        const answer = await asking.current(own.signal);
        if (own.signal.aborted) return;
        keepAnswer(name, answer);
        state.current = { name, answer, problem: undefined, isAsking: false };
        failures = 0;
      } catch (error) {
        if (own.signal.aborted) return;
        state.current = { ...state.current, problem: shownProblem(error), isAsking: false };
        failures += 1;
      }
      show(undefined);
      later();
    };
    const comeBack = () => {
      if (everyMs !== undefined || state.current.problem?.isPassing) void send();
    };
    const onVisibility = () => {
      if (document.hidden) clearTimeout(timer);
      else comeBack();
    };

    again.current = () => void send();
    document.addEventListener('visibilitychange', onVisibility);
    addEventListener('online', comeBack);
    void send();
    return () => {
      hasEnded = true;
      clearTimeout(timer);
      controller?.abort();
      document.removeEventListener('visibilitychange', onVisibility);
      removeEventListener('online', comeBack);
    };
  }, [name, everyMs]);

  const { answer, problem, isAsking } = state.current;
  return { answer, problem, isAsking, askAgain: () => again.current() };
}
