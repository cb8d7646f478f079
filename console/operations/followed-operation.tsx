import { useEffect, useRef } from 'preact/hooks';
import { ProblemNotice } from '../ui/notice';
import { Waiting } from '../ui/shown';
import { OperationCard } from './operation-card';
import { itemsOver } from './operation-facts';
import { useOperation } from './use-operation';

interface FollowedOperationProps {
  /** null: it is not confined to a tenant. */
  readonly tenantId: string | null;
  readonly operationId: string;
  /** Told when more of its items are over than before. */
  readonly onMoved?: () => void;
  readonly onClose?: () => void;
}

/** An operation that was just started, as it moves. */
export function FollowedOperation({ tenantId, operationId, onMoved, onClose }: FollowedOperationProps) {
  const { operation, problem, lookAgain } = useOperation(tenantId, operationId);
  const over = operation === undefined ? 0 : itemsOver(operation);
  const told = useRef(0);
  useEffect(() => {
    if (over > told.current) onMoved?.();
    told.current = over;
  }, [over]);
  return (
    <section class="card" aria-label="Operation">
      {problem !== undefined && <ProblemNotice problem={problem} onRetry={lookAgain} />}
      {operation === undefined ? (
        problem === undefined && <Waiting what="the operation" />
      ) : (
        <OperationCard operation={operation} onChanged={lookAgain} onClose={onClose} />
      )}
    </section>
  );
}
