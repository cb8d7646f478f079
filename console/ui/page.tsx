import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface PageProps {
  readonly title: string;
  /** Where the page belongs: links to what is above it. */
  readonly above?: readonly { readonly text: string; readonly href: string }[];
  /** Buttons beside the title. */
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** The title of the page that is shown: the frame has it read out when another page opens. */
export const pageTitle = signal('');

/** A page with its title. No key ever stands in a title. */
export function Page({ title, above = [], actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · tenant-pipelines`;
    pageTitle.value = title;
  }, [title]);
  return (
    <div class="page">
      {above.length > 0 && (
        <nav class="above" aria-label="Above this page">
          {above.map(({ text, href }) => (
            <a key={href} href={href}>
              {text}
            </a>
          ))}
        </nav>
      )}
      <div class="page-head">
        <h1>{title}</h1>
        {actions !== undefined && <div class="actions">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

interface SectionProps {
  readonly title: string;
  /** It stands in place of what was sent: its heading gets the focus, and so is read out. */
  readonly isOutcome?: boolean;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A part of a page under its own heading. */
export function Section({ title, isOutcome = false, actions, children }: SectionProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (isOutcome) heading.current?.focus();
  }, [isOutcome]);
  return (
    <section class="card">
      <div class="card-head">
        <h2 ref={heading} tabIndex={isOutcome ? -1 : undefined}>
          {title}
        </h2>
        {actions !== undefined && <div class="actions">{actions}</div>}
      </div>
      {children}
    </section>
  );
}
