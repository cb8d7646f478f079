import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import type { Action } from '../data/use-action';
import { Form } from './form';
import type { ChangedMeanwhileProps } from './notice';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Asks for something before all else. Escape closes it; the browser keeps the focus in it and gives it back. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    dialog.current?.showModal();
    // Whoever is asked to type something begins there; else the browser's own choice stands.
    dialog.current?.querySelector<HTMLElement>('input, select, textarea')?.focus();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose}>
      <div class="dialog-head">
        <h2 id={id}>{title}</h2>
        <button type="button" class="plain" aria-label="Close" onClick={() => dialog.current?.close()}>
          ✕
        </button>
      </div>
      {children}
    </dialog>
  );
}

interface ConfirmProps {
  /** A question that names what it is about. */
  readonly title: string;
  /** What the button does, such as `Revoke`. */
  readonly submit: string;
  readonly action: Action<[]>;
  readonly isDisabled?: boolean;
  readonly onClose: () => void;
  /** Where somebody else can be faster. */
  readonly again?: ChangedMeanwhileProps | undefined;
  /** What follows from it. */
  readonly children: ComponentChildren;
}

/** Asks before something is done that cannot be taken back. */
export function Confirm({
  title,
  submit,
  action,
  isDisabled = false,
  onClose,
  again,
  children,
}: ConfirmProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <Form
        action={action}
        submit={submit}
        isDangerous
        isDisabled={isDisabled}
        onCancel={onClose}
        again={again}
      >
        {children}
      </Form>
    </Dialog>
  );
}
