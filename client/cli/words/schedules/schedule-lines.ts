import type { Schedule } from '../../../api';
import { durationText, plainText, timeText } from '../../output/formats';
import type { Terminal } from '../../output/terminal';

/** When it is planned: its cron fields, or each so long. */
export const timesText = ({ cron, interval_seconds }: Schedule): string =>
  cron ?? `each ${durationText((interval_seconds ?? 0) * 1000)}`;

export function saySchedule(schedule: Schedule, { say, paint }: Terminal): void {
  const { state, reason } = schedule;
  const painted = paint(state === 'active' ? 'green' : 'yellow', state);
  say(
    `Schedule ${paint('bold', schedule.schedule_id)} ${painted}${reason === null ? '' : `: ${plainText(reason)}`}`,
  );
  const facts: readonly (readonly [string, string | null])[] = [
    ['pipeline', schedule.pipeline],
    ['about', schedule.description],
    ['planned', `${timesText(schedule)} (${schedule.time_zone})`],
    ['window', schedule.window_seconds === 0 ? null : durationText(schedule.window_seconds * 1000)],
    ['missed', schedule.missed],
    ['overlap', schedule.overlap],
    ...Object.entries(schedule.parameters).map(
      ([name, value], index) =>
        [
          index === 0 ? 'parameters' : '',
          `${name} = ${typeof value === 'string' ? value : JSON.stringify(value)}`,
        ] as const,
    ),
    ...schedule.next_times.map(
      ({ local_time, starts_at }, index) =>
        [index === 0 ? 'next' : '', `${local_time} (starts ${timeText(starts_at)} UTC)`] as const,
    ),
  ];
  for (const [name, text] of facts) {
    if (text !== null) say(`  ${paint('dim', name.padEnd(10))} ${plainText(text)}`);
  }
}
