import { signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';
const themes: readonly Theme[] = ['system', 'light', 'dark'];
const storedUnder = 'tenant-pipelines.theme';

const stored = (): Theme => themes.find((theme) => theme === localStorage.getItem(storedUnder)) ?? 'system';

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
  localStorage.setItem(storedUnder, next);
  applyTheme();
}
