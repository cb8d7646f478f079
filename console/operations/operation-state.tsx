import type { Operation } from '../../client';

const looks = {
  waiting: ['waits', '○'],
  running: ['live', '●'],
  paused: ['waits', '‖'],
  done: ['good', '✓'],
  failed: ['bad', '✕'],
  aborted: ['off', '–'],
} as const satisfies Readonly<Record<Operation['state'], readonly [kind: string, sign: string]>>;

export function OperationState({ state }: Pick<Operation, 'state'>) {
  const [kind, sign] = looks[state];
  return (
    <span class={`status ${kind}`}>
      <span aria-hidden="true">{sign}</span> {state}
    </span>
  );
}
