import { useEffect, useRef, useState } from 'preact/hooks';
import type { Operation } from '../../client';
import { currentSession } from '../app/session';
import { type ShownProblem, shownProblem } from '../data/problems';
import { hasEnded } from './operation-facts';

export interface OperationInView {
  readonly operation: Operation | undefined;
  readonly problem: ShownProblem | undefined;
  /** Looks at once, such as after it was paused. */
  readonly lookAgain: () => void;
}

/** What could not be looked at is looked at again after so long, in milliseconds. */
const againMs = 10_000;

/**
 * An operation as it moves, until it has ended; not while the tab is hidden.
 * @param tenantId null: one that is not confined to a tenant
 */
export function useOperation(tenantId: string | null, operationId: string): OperationInView {
  const [operation, setOperation] = useState<Operation>();
  const [problem, setProblem] = useState<ShownProblem>();
  const look = useRef(() => {});
  useEffect(() => {
    let controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const follow = async () => {
      clearTimeout(timer);
      controller.abort();
      const own = new AbortController();
      controller = own;
      const { signal } = own;
      try {
        const place = { operation_id: operationId, tenant_id: tenantId };
        for await (const seen of currentSession().api.followOperation(place, { signal })) {
          if (signal.aborted) return;
          isOver = hasEnded(seen);
          setOperation(seen);
          setProblem(undefined);
        }
      } catch (error) {
        if (signal.aborted) return;
        setProblem(shownProblem(error));
        if (!document.hidden) timer = setTimeout(() => void follow(), againMs);
      }
    };
    const onVisibility = () => {
      if (document.hidden) {
        clearTimeout(timer);
        controller.abort();
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
  }, [tenantId, operationId]);
  return { operation, problem, lookAgain: () => look.current() };
}
