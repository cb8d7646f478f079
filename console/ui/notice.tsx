import type { ComponentChildren } from 'preact';
import { type ShownProblem, untoldFields } from '../data/problems';
import { useAction } from '../data/use-action';

const signs = { info: 'ℹ', good: '✓', warning: '!', error: '✕' };

interface NoticeProps {
  readonly kind: keyof typeof signs;
  readonly title?: string | undefined;
  readonly children?: ComponentChildren;
}

/** Something that people should read. Errors are read out at once. */
export function Notice({ kind, title, children }: NoticeProps) {
  return (
    <div class={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      <span class="sign" aria-hidden="true">
        {signs[kind]}
      </span>
      <div>
        {title !== undefined && <strong>{title}</strong>}
        {children}
      </div>
    </div>
  );
}

interface ProblemNoticeProps {
  readonly problem: ShownProblem;
  /** Shown as a button where it makes sense to try again. */
  readonly onRetry?: (() => void) | undefined;
  /** Whether what may pass is tried again without a button, too. */
  readonly isRetried?: boolean;
}

/** What went wrong and what to do about it. */
export function ProblemNotice({ problem, onRetry, isRetried = false }: ProblemNoticeProps) {
  const untold = untoldFields(problem);
  return (
    <Notice kind="error" title={problem.title}>
      <p>{problem.detail}</p>
      {untold.length > 0 && (
        <ul>
          {untold.map(([field, message]) => (
            <li key={field}>
              <code>{field}</code>: {message}
            </li>
          ))}
        </ul>
      )}
      {problem.requestId !== undefined && <p class="quiet">Request id: {problem.requestId}</p>}
      {isRetried && problem.isPassing && <p>It is tried again by itself.</p>}
      {onRetry !== undefined && problem.isPassing && (
        <button type="button" onClick={onRetry}>
          {isRetried ? 'Try again now' : 'Try again'}
        </button>
      )}
    </Notice>
  );
}

interface RefusalProps {
  readonly problem: ShownProblem;
  /** Where somebody else can be faster. */
  readonly again?: ChangedMeanwhileProps | undefined;
}

/** Why nothing was changed. */
export function Refusal({ problem, again }: RefusalProps) {
  return again !== undefined && problem.code === 'precondition_failed' ? (
    <ChangedMeanwhile {...again} />
  ) : (
    <ProblemNotice problem={problem} />
  );
}

export interface ChangedMeanwhileProps {
  /** What was changed, such as `tenant`. */
  readonly what: string;
  /** Begins again with what is so now. */
  readonly begin: () => Promise<void>;
}

/** Where somebody else was faster: nothing was changed, and what to do. */
function ChangedMeanwhile({ what, begin }: ChangedMeanwhileProps) {
  const { start, isBusy, problem } = useAction(begin);
  return (
    <Notice kind="warning" title={`Somebody else has changed this ${what} meanwhile`}>
      <p>Nothing of yours was changed, so that nothing of theirs is lost.</p>
      <button type="button" onClick={start} aria-disabled={isBusy} aria-busy={isBusy}>
        Begin again with what is so now
      </button>
      {problem !== undefined && <ProblemNotice problem={problem} />}
    </Notice>
  );
}
