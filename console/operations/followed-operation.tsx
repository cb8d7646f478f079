import { useEffect, useRef } from 'preact/hooks';
import { ProblemNotice } from '../ui/notice';
import { Waiting } from '../ui/shown';
import { OperationCard } from './operation-card';
import { hasEnded, itemsOver } from './operation-facts';
import { useOperation } from './use-operation';

interface FollowedOperationProps {
  /** null: it is not confined to a tenant. */
  readonly tenantId: string | null;
  readonly operationId: string;
  /** Told when more of its items are over than before. */
  readonly onMoved?: () => void;
  readonly onClose?: () => void;
}

/** What is asked when it has moved costs a statement: not more often than so, in milliseconds. */
const betweenMs = 10_000;

/** An operation that was just started, as it moves. */
export function FollowedOperation({ tenantId, operationId, onMoved, onClose }: FollowedOperationProps) {
  const { answer: operation, problem, askAgain } = useOperation(tenantId, operationId);
  const over = operation === undefined ? 0 : itemsOver(operation);
  const isOver = operation !== undefined && hasEnded(operation);
  const told = useRef({ over: 0, at: 0 });
  useEffect(() => {
    if (over <= told.current.over) return;
    const tell = () => {
      told.current = { over, at: Date.now() };
      onMoved?.();
    };
    const timer = setTimeout(tell, isOver ? 0 : told.current.at + betweenMs - Date.now());
    return () => clearTimeout(timer);
  }, [over, isOver]);
  return (
    <section class="card" aria-label="Operation">
      {problem !== undefined && <ProblemNotice problem={problem} onRetry={askAgain} isRetried />}
      {operation === undefined ? (
        problem === undefined && <Waiting what="the operation" />
      ) : (
        <OperationCard operation={operation} onChanged={askAgain} onClose={onClose} />
      )}
    </section>
  );
}
