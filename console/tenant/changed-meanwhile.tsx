import type { ShownProblem } from '../data/problems';
import { useAction } from '../data/use-action';
import { Notice, ProblemNotice } from '../ui/notice';
import { readTenant, type SeenTenant } from './use-tenant';

interface ChangedMeanwhileProps {
  readonly tenantId: string;
  readonly problem: ShownProblem | undefined;
  /** Begins again with what is so now. */
  readonly onBeginAgain: (seen: SeenTenant) => void;
}

/** Where somebody else was faster: nothing was changed, and what to do. */
export function ChangedMeanwhile({ tenantId, problem, onBeginAgain }: ChangedMeanwhileProps) {
  const action = useAction(async () => onBeginAgain(await readTenant(tenantId)));
  if (problem?.code !== 'precondition_failed') return null;
  return (
    <Notice kind="warning" title="Somebody else has changed this tenant meanwhile">
      <p>Nothing of yours was changed, so that nothing of theirs is lost.</p>
      <button type="button" onClick={action.start} aria-disabled={action.isBusy} aria-busy={action.isBusy}>
        Begin again with what is so now
      </button>
      {action.problem !== undefined && <ProblemNotice problem={action.problem} />}
    </Notice>
  );
}
