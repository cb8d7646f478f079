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

/** A page with its title, which is read out when it opens. No key ever stands in a title. */
export function Page({ title, above = [], actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · tenant-pipelines`;
  }, [title]);
  useEffect(() => {
    // Not when the console itself was opened: then the reader begins at the top.
    if (document.activeElement !== document.body || !hasNavigated) {
      hasNavigated = true;
      return;
    }
    heading.current?.focus({ preventScroll: true });
  }, []);
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
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions !== undefined && <div class="actions">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

let hasNavigated = false;

interface SectionProps {
  readonly title: string;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A part of a page under its own heading. */
export function Section({ title, actions, children }: SectionProps) {
  return (
    <section class="card">
      <div class="card-head">
        <h2>{title}</h2>
        {actions !== undefined && <div class="actions">{actions}</div>}
      </div>
      {children}
    </section>
  );
}
