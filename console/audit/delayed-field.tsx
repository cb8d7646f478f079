import { useEffect, useState } from 'preact/hooks';
import { Field } from '../ui/field';

interface DelayedFieldProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Each question costs a statement: it is asked when the typing has come to rest. */
const restMs = 600;

/** A filter that is typed in. */
export function DelayedField({ label, placeholder, value, onChange }: DelayedFieldProps) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed.trim()), restMs);
    return () => clearTimeout(timer);
  }, [typed]);
  return <Field label={label} type="search" placeholder={placeholder} value={typed} onChange={setTyped} />;
}
