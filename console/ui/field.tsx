import { type ComponentChildren, createElement, type LooseInputHTMLAttributes } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?:
    | 'text'
    | 'email'
    | 'password'
    | 'number'
    | 'date'
    | 'datetime-local'
    | 'month'
    | 'url'
    | 'search';
  readonly hint?: ComponentChildren;
  /** What is wrong with the value. */
  readonly error?: string | undefined;
  readonly isRequired?: boolean;
  readonly isDisabled?: boolean;
  readonly placeholder?: string;
  /** Of several lines. */
  readonly isLong?: boolean;
  readonly autoComplete?: string;
  readonly pattern?: string;
  readonly min?: string;
  readonly max?: string;
  /** Of numbers: `any`, or the distance of those that are valid; whole ones unless given. */
  readonly step?: string;
}

/** The types of attributes tell roles by type: here the type is not known before. */
const Input = (props: LooseInputHTMLAttributes<HTMLInputElement>) =>
  createElement<LooseInputHTMLAttributes<HTMLInputElement>, HTMLInputElement>('input', props);

/** A labelled input, with its hint and what is wrong with it. */
export function Field(props: FieldProps) {
  const {
    label,
    value,
    onChange,
    type = 'text',
    hint,
    error,
    isRequired,
    isDisabled,
    isLong,
    ...further
  } = props;
  const id = useId();
  const common = {
    id,
    value,
    required: isRequired,
    disabled: isDisabled,
    ...describedBy(id, hint, error),
    ...further,
  };
  return (
    <div class="field">
      <label for={id}>
        {label}
        {isRequired && <span class="quiet"> (required)</span>}
      </label>
      {isLong ? (
        <textarea {...common} rows={3} onInput={({ currentTarget }) => onChange(currentTarget.value)} />
      ) : (
        <Input type={type} {...common} onInput={({ currentTarget }) => onChange(currentTarget.value)} />
      )}
      <Beside id={id} hint={hint} error={error} />
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly options: readonly { readonly value: string; readonly text: string }[];
  readonly hint?: ComponentChildren;
  readonly error?: string | undefined;
  readonly isDisabled?: boolean;
}

/** One of several. */
export function Choice({ label, value, onChange, options, hint, error, isDisabled }: ChoiceProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        disabled={isDisabled}
        {...describedBy(id, hint, error)}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
      <Beside id={id} hint={hint} error={error} />
    </div>
  );
}

interface CheckboxProps {
  readonly label: ComponentChildren;
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
  readonly hint?: ComponentChildren;
}

export function Checkbox({ label, isChecked, onChange, hint }: CheckboxProps) {
  const id = useId();
  return (
    <div class="field checkbox">
      <input
        id={id}
        type="checkbox"
        checked={isChecked}
        aria-describedby={hint !== undefined ? `${id}-hint` : undefined}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      <label for={id}>{label}</label>
      <Beside id={id} hint={hint} error={undefined} />
    </div>
  );
}

/** By which whoever hears a control hears what stands beside it. */
function describedBy(id: string, hint: ComponentChildren, error: string | undefined) {
  const beside = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`];
  return {
    'aria-invalid': error !== undefined,
    'aria-describedby': beside.filter(Boolean).join(' ') || undefined,
  };
}

interface BesideProps {
  readonly id: string;
  readonly hint: ComponentChildren;
  readonly error: string | undefined;
}

function Beside({ id, hint, error }: BesideProps) {
  return (
    <>
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p class="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </>
  );
}
