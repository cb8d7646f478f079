import type { ComponentChildren } from 'preact';

interface ScrollFrameProps {
  /** What scrolls, for screen readers. */
  readonly label: string;
  readonly children: ComponentChildren;
}

/** What is wider than the screen scrolls in its frame, by keys, too, and the page does not. */
export function ScrollFrame({ label, children }: ScrollFrameProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section class="table-frame" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
