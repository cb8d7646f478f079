/** How a run, step, check, tenant or key stands: a sign and a word, so that colour is not all that tells. */
const kinds = {
  COMPLETED: ['good', '✓'],
  FAILED: ['bad', '✕'],
  CANCELLED: ['off', '–'],
  ADMITTED: ['live', '●'],
  RUNNING: ['live', '●'],
  QUEUED: ['waits', '◔'],
  PENDING: ['waits', '○'],
  'not begun': ['off', '–'],
  'not completed': ['off', '–'],
  active: ['good', '✓'],
  suspended: ['bad', '!'],
  paused: ['waits', '‖'],
  disabled: ['bad', '!'],
  delivered: ['good', '✓'],
  retrying: ['waits', '◔'],
  given_up: ['bad', '✕'],
  started: ['good', '✓'],
  refused: ['bad', '✕'],
  skipped: ['off', '–'],
  missed: ['warns', '!'],
  revoked: ['off', '✕'],
  expired: ['off', '✕'],
  passed: ['good', '✓'],
  failed: ['bad', '✕'],
  warning: ['warns', '!'],
} as const satisfies Readonly<Record<string, readonly [kind: string, sign: string]>>;

export type StatusWord = keyof typeof kinds;

const isKnown = (word: string): word is StatusWord => Object.hasOwn(kinds, word);

/** @param word one of those above; another is shown plainly */
export function Status({ word }: { readonly word: string }) {
  const [kind, sign] = isKnown(word) ? kinds[word] : ['off', '·'];
  return (
    <span class={`status ${kind}`}>
      <span aria-hidden="true">{sign}</span> {word.toLowerCase().replaceAll('_', ' ')}
    </span>
  );
}
