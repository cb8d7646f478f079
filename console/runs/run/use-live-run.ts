import { useEffect, useRef, useState } from 'preact/hooks';
import type { Run } from '../../../client';
import { currentSession, seenAs } from '../../app/session';
import { answerTo, keepAnswer } from '../../data/answers';
import { type ShownProblem, shownProblem } from '../../data/problems';
import { isInFlight } from '../run-facts';
import { afterEvent } from './live-run';

/** How the page hears of the run. */
export type Hearing =
  | { readonly kind: 'asking' }
  | { readonly kind: 'live' }
  | { readonly kind: 'over' }
  | { readonly kind: 'resting' }
  /** The stream is refused or has broken: the run is asked for again after some seconds. */
  | { readonly kind: 'broken'; readonly problem: ShownProblem };

export interface LiveRun {
  readonly run: Run | undefined;
  /** Why there is no run to show. */
  readonly problem: ShownProblem | undefined;
  readonly hearing: Hearing;
  readonly lookAgain: () => void;
}

const againMs = 5_000;

/** A run as it moves: asked for once, then followed until it is over; not while the tab is hidden. */
export function useLiveRun(tenantId: string, runId: string): LiveRun {
  const name = `run ${tenantId} ${runId}`;
  // Kept under this name is what was seen of this very run.
  const [run, setRun] = useState(() => answerTo(name) as Run | undefined);
  const [problem, setProblem] = useState<ShownProblem>();
  const [hearing, setHearing] = useState<Hearing>({ kind: 'asking' });
  const look = useRef(() => {});

  useEffect(() => {
    let controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    setRun(answerTo(name) as Run | undefined);
    setProblem(undefined);

    const show = (seen: Run) => {
      isOver = !isInFlight(seen);
      keepAnswer(name, seen);
      setRun(seen);
      setProblem(undefined);
    };
    const later = () => {
      if (!document.hidden) timer = setTimeout(() => void follow(), againMs);
    };
    const follow = async () => {
      clearTimeout(timer);
      controller.abort();
      const own = new AbortController();
      controller = own;
      const { signal } = own;
      const { api } = currentSession();
      let seen: Run;
      try {
        seen = await api.call('showRun', { path: { run_id: runId }, query: { ...seenAs(tenantId) }, signal });
      } catch (error) {
        if (signal.aborted) return;
        const found = shownProblem(error);
        setProblem(found);
        setHearing({ kind: 'broken', problem: found });
        if (found.isPassing) later();
        return;
      }
      if (signal.aborted) return;
      show(seen);
      if (isOver) return setHearing({ kind: 'over' });
      setHearing({ kind: 'live' });
      try {
        for await (const event of api.followRun(runId, { ...seenAs(tenantId), signal })) {
          if (signal.aborted) return;
          seen = afterEvent(seen, event);
          show(seen);
        }
        if (signal.aborted) return;
        if (isOver) setHearing({ kind: 'over' });
        else later();
      } catch (error) {
        if (signal.aborted) return;
        setHearing({ kind: 'broken', problem: shownProblem(error) });
        later();
      }
    };
    const onVisibility = () => {
      if (document.hidden) {
        clearTimeout(timer);
        controller.abort();
        if (!isOver) setHearing({ kind: 'resting' });
      } else if (!isOver) void follow();
    };
    look.current = () => void follow();
    document.addEventListener('visibilitychange', onVisibility);
    void follow();
    return () => {
      clearTimeout(timer);
      controller.abort();
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [name]);
  return { run, problem, hearing, lookAgain: () => look.current() };
}
