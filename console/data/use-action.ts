import { useEffect, useRef, useState } from 'preact/hooks';
import { type ShownProblem, shownProblem } from './problems';

/** Something that changes things, done when a button is pressed or a form is sent. */
export interface Action<Arguments extends readonly unknown[]> {
  readonly start: (...given: Arguments) => void;
  readonly isBusy: boolean;
  /** Why it was refused the last time. */
  readonly problem: ShownProblem | undefined;
  readonly forget: () => void;
}

/** Does it once at a time: what is pressed twice is done once. */
export function useAction<Arguments extends readonly unknown[]>(
  act: (...given: Arguments) => Promise<void>,
): Action<Arguments> {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ShownProblem>();
  const isUnderWay = useRef(false);
  const isShown = useRef(true);
  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);

  const start = async (...given: Arguments) => {
    if (isUnderWay.current) return;
    isUnderWay.current = true;
    setBusy(true);
    setProblem(undefined);
    try {
      await act(...given);
    } catch (error) {
      if (isShown.current) setProblem(shownProblem(error));
    } finally {
      isUnderWay.current = false;
      if (isShown.current) setBusy(false);
    }
  };
  return { start: (...given) => void start(...given), isBusy, problem, forget: () => setProblem(undefined) };
}
