import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { pageTitle } from '../ui/page';
import { navigationOf } from './navigation';
import { endSession, type Identity } from './session';
import { ShortcutHelp, useShortcuts } from './shortcuts';
import { changeTheme, theme } from './theme';

interface ShellProps {
  readonly identity: Identity;
  readonly children: ComponentChildren;
}

/** What surrounds every page: who is signed in, and where one can go. */
export function Shell({ identity, children }: ShellProps) {
  const { path } = useLocation();
  const [isOpen, setOpen] = useState(false);
  const [isHelpOpen, setHelpOpen] = useState(false);
  useShortcuts(() => setHelpOpen(true));
  // The menu closes when another page opens.
  useEffect(() => setOpen(false), [path]);
  return (
    <div class="shell">
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <header class="top">
        <button
          type="button"
          class="menu plain"
          aria-expanded={isOpen}
          aria-controls="navigation"
          onClick={() => setOpen(!isOpen)}
        >
          Menu
        </button>
        <a class="brand" href="/">
          tenant-pipelines
        </a>
        <span class="spring" />
        <span class="who">{nameOf(identity)}</span>
        <button
          type="button"
          class="plain"
          onClick={changeTheme}
          aria-label={`Theme: ${theme.value}. Change it`}
        >
          {{ system: '◐', light: '☀', dark: '☾' }[theme.value]}
        </button>
        <button
          type="button"
          class="plain keys"
          onClick={() => setHelpOpen(true)}
          aria-label="Keyboard shortcuts"
        >
          ?
        </button>
        <button type="button" class="plain" onClick={() => endSession()}>
          Sign out
        </button>
      </header>
      <nav id="navigation" class={isOpen ? 'side open' : 'side'} aria-label="Pages">
        {navigationOf(identity, path).map(({ title, links }) => (
          <div key={title} class="side-group">
            <h2>{title}</h2>
            {links.map(({ text, href }) => (
              <a key={href} href={href} aria-current={isAt(path, href) ? 'page' : undefined}>
                {text}
              </a>
            ))}
          </div>
        ))}
      </nav>
      <p class="unseen" role="status">
        {pageTitle.value}
      </p>
      <main id="main" tabIndex={-1} onFocusOut={keepFocus}>
        {children}
      </main>
      {isHelpOpen && <ShortcutHelp onClose={() => setHelpOpen(false)} />}
    </div>
  );
}

/**
 * Where what had the focus is gone (a row, a form, a page), what it stood in gets it: its heading, else the page.
 * Else who uses keys would begin again at the top.
 */
function keepFocus(event: FocusEvent): void {
  const places = event.composedPath();
  setTimeout(() => {
    if (document.activeElement !== document.body || places[0] === undefined || isThere(places[0])) return;
    const place = places.find(
      (each) => isThere(each) && each.matches('dialog, section:not(.table-frame), main'),
    );
    if (!isThere(place)) return;
    const heading = place.querySelector<HTMLElement>('h2') ?? place;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: heading === place });
  });
}

const isThere = (place: EventTarget | undefined): place is HTMLElement =>
  place instanceof HTMLElement && place.isConnected;

const nameOf = (identity: Identity): string =>
  identity.kind === 'tenant' ? identity.tenantId : (identity.name ?? 'Admin');

/** Of pages below a list, the list's link is marked. */
const isAt = (path: string, href: string): boolean =>
  path === href || (href !== '/' && !/^\/tenants(\/[^/]+)?$/.test(href) && path.startsWith(`${href}/`));
