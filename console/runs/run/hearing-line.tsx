import type { Hearing } from './use-live-run';

interface HearingLineProps {
  readonly hearing: Hearing;
  readonly onLook: () => void;
}

/** How up to date the page is, in words. */
export function HearingLine({ hearing, onLook }: HearingLineProps) {
  if (hearing.kind !== 'broken')
    return (
      <span class="quiet" role="status">
        {hearing.kind === 'live' ? 'Shown as it happens' : 'Looking at the run …'}
      </span>
    );
  return (
    <span class="hearing" role="status">
      <span>Not shown as it happens: {hearing.problem.detail} Looking again every few seconds.</span>
      <button type="button" class="plain" onClick={onLook}>
        Look now
      </button>
    </span>
  );
}
