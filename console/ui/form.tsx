import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { besideFields } from '../data/problems';
import type { Action } from '../data/use-action';
import { type ChangedMeanwhileProps, Refusal } from './notice';

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
  /** Where somebody else can be faster. */
  readonly again?: ChangedMeanwhileProps | undefined;
  readonly children: ComponentChildren;
}

/** Fields, what was refused (beside its field, or else in a notice), and the button: one way to send things. */
export function Form({
  action,
  submit,
  busy,
  isDangerous,
  isDisabled,
  onCancel,
  cancel = 'Cancel',
  again,
  children,
}: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [besides, setBesides] = useState<readonly (string | null)[]>([]);
  const { problem } = action;
  useLayoutEffect(() => {
    if (problem === undefined) return;
    const find = <Found extends Element>(what: string) => [
      ...(form.current?.querySelectorAll<Found>(what) ?? []),
    ];
    setBesides(find('.field-error').map(({ textContent }) => textContent));
    const [wrong] = find<HTMLElement>('[aria-invalid=true]');
    wrong?.closest('details')?.setAttribute('open', '');
    wrong?.focus();
  }, [problem]);
  const rest = problem && besideFields(problem, besides);
  return (
    <form
      ref={form}
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        action.start();
      }}
    >
      {children}
      {rest !== undefined && <Refusal problem={rest} again={again} />}
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
