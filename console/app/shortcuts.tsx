import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { keptInBrowser } from '../data/kept-values';
import { Dialog } from '../ui/dialog';
import { Checkbox } from '../ui/field';

const shortcuts = [
  { keys: '/', text: 'Search: to the page’s search field' },
  { keys: 'g o', text: 'Go to the start' },
  { keys: 'g t', text: 'Go to the tenants' },
  { keys: 'g r', text: 'Go to the runs' },
  { keys: 'g p', text: 'Go to the pipelines' },
  { keys: '?', text: 'This list' },
  { keys: 'Esc', text: 'Close what is open' },
];

const storedUnder = 'tenant-pipelines.shortcuts';

/** Whoever speaks to its computer, or hits keys by chance, turns them off. */
const areOn = signal(keptInBrowser.read(storedUnder) !== 'off');

function turn(isOn: boolean): void {
  areOn.value = isOn;
  keptInBrowser.keep(storedUnder, isOn ? 'on' : 'off');
}

/** After `g` the second key is waited for so long, in milliseconds. */
const secondKeyMs = 1_500;

/** Heeds the keyboard, unless something is being typed. */
export function useShortcuts(onHelp: () => void): void {
  const { route, path } = useLocation();
  useEffect(() => {
    let goneAt = Number.NEGATIVE_INFINITY;
    const onKey = (event: KeyboardEvent) => {
      if (!areOn.value || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const isSecond = event.timeStamp - goneAt < secondKeyMs;
      goneAt = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY;
      const place = isSecond ? linkFor(event.key) : undefined;
      if (event.key === '/') focusSearch(event);
      else if (event.key === '?') onHelp();
      else if (place !== undefined) route(place);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [path]);
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.closest('input, textarea, select, dialog, [contenteditable]') !== null;

/** Every list's search field is `input[type=search]`. */
function focusSearch(event: KeyboardEvent): void {
  const field = document.querySelector<HTMLInputElement>('main input[type=search]');
  if (field === null) return;
  event.preventDefault();
  field.focus();
  field.select();
}

const linkNames: Readonly<Record<string, readonly string[]>> = {
  o: ['Overview', 'Tenant'],
  t: ['Tenants', 'Tenant'],
  r: ['Runs'],
  p: ['Pipelines'],
};

/** The navigation's own links: what is not offered there, no key opens. */
function linkFor(key: string): string | undefined {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('#navigation a')];
  for (const name of linkNames[key] ?? []) {
    const link = links.find(({ textContent }) => textContent === name);
    if (link !== undefined) return link.getAttribute('href') ?? undefined;
  }
  return undefined;
}

export function ShortcutHelp({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl class="shortcuts">
        {shortcuts.map(({ keys, text }) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <Checkbox label="Single keys are shortcuts" isChecked={areOn.value} onChange={turn} />
    </Dialog>
  );
}
