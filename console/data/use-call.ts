import { useEffect, useReducer, useRef } from 'preact/hooks';
import { answerTo, keepAnswer } from './answers';
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

/** What failed is asked again with growing pauses, up to this. */
const longestPauseMs = 60_000;

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
      if (everyMs === undefined || hasEnded || document.hidden) return;
      timer = setTimeout(send, Math.min(everyMs * 2 ** failures, Math.max(everyMs, longestPauseMs)));
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
    const onVisibility = () => {
      if (document.hidden) clearTimeout(timer);
      else if (everyMs !== undefined) void send();
    };

    again.current = () => void send();
    document.addEventListener('visibilitychange', onVisibility);
    void send();
    return () => {
      hasEnded = true;
      clearTimeout(timer);
      controller?.abort();
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [name, everyMs]);

  const { answer, problem, isAsking } = state.current;
  return { answer, problem, isAsking, askAgain: () => again.current() };
}
