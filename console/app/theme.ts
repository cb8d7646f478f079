import { signal } from '@preact/signals';
import { keptInBrowser } from '../data/kept-values';

export type Theme = 'system' | 'light' | 'dark';
const themes: readonly Theme[] = ['system', 'light', 'dark'];
const storedUnder = 'tenant-pipelines.theme';

const stored = (): Theme => themes.find((theme) => theme === keptInBrowser.read(storedUnder)) ?? 'system';

export const theme = signal<Theme>(stored());

/** What the system prefers is the stylesheet's default: custom properties follow `data-theme` where it is set. */
export function applyTheme(): void {
  if (theme.value === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
}

/** The next of system, light and dark. */
export function changeTheme(): void {
  const next = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? 'system';
  theme.value = next;
  keptInBrowser.keep(storedUnder, next);
  applyTheme();
}
