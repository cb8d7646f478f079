import type { ComponentChildren } from 'preact';
import type { Action } from '../data/use-action';
import { ProblemNotice } from './notice';

interface FormProps {
  readonly action: Action<[]>;
  /** Of the button that sends it. */
  readonly submit: string;
  /** Of the button while it is under way. */
  readonly busy?: string;
  readonly isDangerous?: boolean;
  readonly isDisabled?: boolean;
  readonly onCancel?: () => void;
  /** Of the button that leaves it, where `Cancel` could mean what it does. */
  readonly cancel?: string;
  readonly children: ComponentChildren;
}

/** Fields, what was refused, and the button: one way to send things. */
export function Form({
  action,
  submit,
  busy,
  isDangerous,
  isDisabled,
  onCancel,
  cancel = 'Cancel',
  children,
}: FormProps) {
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        action.start();
      }}
    >
      {children}
      {action.problem !== undefined && <ProblemNotice problem={action.problem} />}
      <div class="form-end">
        <button
          type="submit"
          class={isDangerous ? 'main danger' : 'main'}
          disabled={isDisabled}
          aria-disabled={action.isBusy}
          aria-busy={action.isBusy}
        >
          {action.isBusy ? (busy ?? `${submit} …`) : submit}
        </button>
        {onCancel !== undefined && (
          <button type="button" onClick={onCancel}>
            {cancel}
          </button>
        )}
      </div>
    </form>
  );
}
