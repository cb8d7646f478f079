import { useRef, useState } from 'preact/hooks';

interface SecretProps {
  /** What it is, such as `API key`. */
  readonly label: string;
  readonly value: string;
}

/** Something that is shown once, with a button that copies it. */
export function Secret({ label, value }: SecretProps) {
  const field = useRef<HTMLInputElement>(null);
  const [said, say] = useState('');
  const copy = async () => {
    field.current?.select();
    try {
      // Only pages of https and of this machine have it.
      await navigator.clipboard.writeText(value);
      say('Copied');
    } catch {
      say('Selected: press Ctrl+C');
    }
  };
  return (
    <div class="secret">
      <label>
        <span>{label}</span>
        <input ref={field} readOnly value={value} autoComplete="off" spellcheck={false} />
      </label>
      <button type="button" class="main" onClick={() => void copy()}>
        Copy
      </button>
      <span role="status" class="quiet">
        {said}
      </span>
    </div>
  );
}
