import { useAction } from '../data/use-action';
import { Notice, ProblemNotice } from './notice';

export interface ChangedMeanwhileProps {
  /** What was changed, such as `tenant`. */
  readonly what: string;
  /** Begins again with what is so now. */
  readonly begin: () => Promise<void>;
}

/** Where somebody else was faster: nothing was changed, and what to do. */
export function ChangedMeanwhile({ what, begin }: ChangedMeanwhileProps) {
  const { start, isBusy, problem } = useAction(begin);
  return (
    <Notice kind="warning" title={`Somebody else has changed this ${what} meanwhile`}>
      <p>Nothing of yours was changed, so that nothing of theirs is lost.</p>
      <button type="button" onClick={start} disabled={isBusy} aria-busy={isBusy}>
        Begin again with what is so now
      </button>
      {problem !== undefined && <ProblemNotice problem={problem} />}
    </Notice>
  );
}
