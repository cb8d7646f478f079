import { signal } from '@preact/signals';
import { serverNow } from '../data/server-time';
import { ago, localTime, utcTime } from '../format/times';

/** The time by which `ago` is told: moves on every ten seconds while the tab can be seen. */
export const shownNow = signal(serverNow());
setInterval(() => {
  if (!document.hidden) shownNow.value = serverNow();
}, 10_000);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) shownNow.value = serverNow();
});

interface TimeProps {
  /** RFC 3339; null: there is none. */
  readonly at: string | null | undefined;
  /** In place of a time that is not there. */
  readonly none?: string;
}

/** A time in the viewer's zone; UTC on hover. */
export function Time({ at, none = '–' }: TimeProps) {
  if (at == null) return <span class="quiet">{none}</span>;
  return (
    <time dateTime={at} title={utcTime(at)}>
      {localTime(at, shownNow.value)}
    </time>
  );
}

/** How long ago, or in how long; the time itself and UTC on hover. */
export function Ago({ at, none = '–' }: TimeProps) {
  if (at == null) return <span class="quiet">{none}</span>;
  const now = Math.max(shownNow.value, Date.parse(at) <= serverNow() ? Date.parse(at) : 0);
  return (
    <time dateTime={at} title={`${localTime(at, now)} · ${utcTime(at)}`}>
      {ago(at, now)}
    </time>
  );
}
