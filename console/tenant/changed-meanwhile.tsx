import type { ShownProblem } from '../data/problems';
import { Notice } from '../ui/notice';

interface ChangedMeanwhileProps {
  readonly problem: ShownProblem | undefined;
  /** Begins again with what is so now. */
  readonly onBeginAgain: () => void;
}

/** Where somebody else was faster: nothing was changed, and what to do. */
export function ChangedMeanwhile({ problem, onBeginAgain }: ChangedMeanwhileProps) {
  if (problem?.code !== 'precondition_failed') return null;
  return (
    <Notice kind="warning" title="Somebody else has changed this tenant meanwhile">
      <p>Nothing of yours was changed, so that nothing of theirs is lost.</p>
      <button type="button" onClick={onBeginAgain}>
        Begin again with what is so now
      </button>
    </Notice>
  );
}
