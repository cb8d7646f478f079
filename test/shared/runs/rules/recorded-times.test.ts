import { failedOutcome, recordedOutcome } from '../../../../shared/runs/rules/ledger-row';
import { startedByKey } from '../../../support/started-by';

const at = (time: string) => new Date(`2026-11-30T${time}Z`);
const run = {
  run_id: 'a',
  pipeline: 'a/b/c',
  parameters: '{}',
  trigger: 'api',
  request_hash: null,
  ...startedByKey,
};

/** The recorded times as they would be shown, without their day. */
function recorded(admitted: string, started: string | undefined, ended: string) {
  const { admitted_at, started_at, ended_at, duration_ms } = recordedOutcome(
    { ...run, admitted_at: at(admitted) },
    failedOutcome('internal', 'It failed.'),
    { startedAt: started === undefined ? undefined : at(started), endedAt: at(ended), recordedAt: at(ended) },
  );
  const shown = (time: Date | null) => time?.toISOString().slice(11, 19) ?? null;
  return [shown(admitted_at), shown(started_at), shown(ended_at), duration_ms];
}

type Given = readonly [admitted: string, started: string | undefined, ended: string];

it.each<readonly [string, Given, readonly unknown[]]>([
  ['in order', ['12:00:00', '12:00:02', '12:00:05'], ['12:00:00', '12:00:02', '12:00:05', 3_000]],
  [
    'by a clock two hours behind',
    ['12:00:00', '10:00:02', '10:00:05'],
    ['12:00:00', '12:00:00', '12:00:03', 3_000],
  ],
  [
    'ended by a clock two hours behind',
    ['12:00:00', '12:00:02', '10:00:05'],
    ['12:00:00', '12:00:02', '12:00:02', 0],
  ],
  ['never started', ['12:00:00', undefined, '12:00:05'], ['12:00:00', null, '12:00:05', null]],
  [
    'never started, by a clock behind',
    ['12:00:00', undefined, '11:00:00'],
    ['12:00:00', null, '12:00:00', null],
  ],
])(
  'The times of a run are recorded in order, and it lasts as long as it lasted: %s',
  (_, given, expected) => {
    expect(recorded(...given)).toEqual(expected);
  },
);
