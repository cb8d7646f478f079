import { useEffect, useState } from 'preact/hooks';
import { Choice, Field } from '../ui/field';
import type { RunFilter } from './run-filter';

const statusTexts = [
  { value: '', text: 'All' },
  { value: 'QUEUED', text: 'Queued' },
  { value: 'ADMITTED', text: 'Running' },
  { value: 'COMPLETED', text: 'Completed' },
  { value: 'FAILED', text: 'Failed' },
  { value: 'CANCELLED', text: 'Cancelled' },
];

interface StatusChoiceProps {
  readonly value: string;
  readonly onChange: (status: string) => void;
  /** Whether the list has runs in flight only, or none of them; both unless given. */
  readonly isOpen?: boolean;
}

export function StatusChoice({ value, onChange, isOpen }: StatusChoiceProps) {
  const options = statusTexts.filter(
    ({ value }) =>
      isOpen === undefined || value === '' || (value === 'QUEUED' || value === 'ADMITTED') === isOpen,
  );
  return <Choice label="Status" value={value} onChange={onChange} options={options} />;
}

interface DaysProps {
  readonly filter: Pick<RunFilter, 'from' | 'to'>;
  readonly onChange: (days: { readonly from?: string; readonly to?: string }) => void;
}

/** Days of the viewer's zone, both included. */
export function DayFields({ filter: { from, to }, onChange }: DaysProps) {
  return (
    <>
      <Field label="From day" type="date" value={from} max={to} onChange={(from) => onChange({ from })} />
      <Field label="To day" type="date" value={to} min={from} onChange={(to) => onChange({ to })} />
    </>
  );
}

interface TypedFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onEnter: (value: string) => void;
  readonly isSearch?: boolean;
  readonly placeholder?: string;
  readonly error?: string | undefined;
  /** Whether it takes people elsewhere, and so counts by Enter only. */
  readonly isGoing?: boolean;
}

/** A text that counts when Enter is pressed or the field is left: each try costs a query. */
export function TypedField({
  label,
  value,
  onEnter,
  isSearch = false,
  placeholder,
  error,
  isGoing = false,
}: TypedFieldProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const enter = () => {
    if (text.trim() !== value) onEnter(text.trim());
  };
  return (
    <form
      class="typed"
      onSubmit={(event) => {
        event.preventDefault();
        enter();
      }}
      onFocusOut={() => !isGoing && enter()}
    >
      <Field
        label={label}
        type={isSearch ? 'search' : 'text'}
        value={text}
        onChange={setText}
        error={error}
        {...(placeholder !== undefined && { placeholder })}
      />
    </form>
  );
}
