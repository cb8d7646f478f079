import { useState } from 'preact/hooks';

interface CodeBlockProps {
  /** What it is, such as `Error message`, for the button that copies it. */
  readonly label: string;
  readonly text: string;
}

/** A text as it is, in full, with a button that copies it. */
export function CodeBlock({ label, text }: CodeBlockProps) {
  const [said, say] = useState('');
  const copy = async () => {
    try {
      // Only pages of https and of this machine have it.
      await navigator.clipboard.writeText(text);
      say('Copied');
    } catch {
      say('Mark the text and press Ctrl+C');
    }
  };
  return (
    <div class="code-block">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is to be scrolled by keys, too */}
      <section aria-label={label} tabIndex={0}>
        <pre>{text}</pre>
      </section>
      <div class="code-actions">
        <span role="status" class="quiet small">
          {said}
        </span>
        <button type="button" class="plain small" aria-label={`Copy: ${label}`} onClick={() => void copy()}>
          Copy
        </button>
      </div>
    </div>
  );
}
