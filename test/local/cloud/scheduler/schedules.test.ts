import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cron } from 'croner';
import { loadSchedules } from '../../../../shared/definitions/schedules';

const valid = {
  name: 'job-a',
  description: 'A job.',
  schedule: '*/5 0-12 1,15 * *',
  timeZone: 'Etc/UTC',
  function: 'reset-quotas',
  attemptDeadlineSeconds: 60,
  retry: { count: 1, minBackoffSeconds: 5, maxBackoffSeconds: 10 },
};

const load = (content: unknown): unknown => {
  const directory = mkdtempSync(join(tmpdir(), 'schedules-'));
  try {
    writeFileSync(join(directory, 'schedules.json'), JSON.stringify(content));
    return loadSchedules(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
};

describe('schedules.json', () => {
  it('of this project is valid, and croner understands every schedule', () => {
    const schedules = loadSchedules(join(__dirname, '../../../../schemas'));
    expect(schedules.map(({ name }) => name)).toContain('reset-quotas');
    for (const { schedule, timeZone } of schedules) {
      const cron = new Cron(schedule, { timezone: timeZone, mode: '5-part', paused: true });
      expect(cron.nextRun()).toBeInstanceOf(Date);
    }
  });

  it('may use lists, ranges and steps', () => {
    expect(load([valid])).toEqual([valid]);
  });

  const wrong: [string, object, RegExp][] = [
    ['a cron text of four fields', { schedule: '5 0 1 *' }, /schedule: expected five cron fields/],
    ['an unknown time zone', { timeZone: 'Mars/Base' }, /timeZone: expected a time zone/],
    ['a deadline of 5 s', { attemptDeadlineSeconds: 5 }, /attemptDeadlineSeconds: expected at least 15 s/],
    ['an unknown field', { cron: 'x' }, /cron: is not a known field/],
    [
      'a longest pause under the shortest',
      { retry: { count: 1, minBackoffSeconds: 9, maxBackoffSeconds: 1 } },
      /retry.maxBackoffSeconds: expected at least minBackoffSeconds/,
    ],
  ];
  it.each(wrong)('is refused with %s, naming file and field', (_name, change, message) => {
    expect(() => load([{ ...valid, ...change }])).toThrow(message);
    expect(() => load([{ ...valid, ...change }])).toThrow(/schedules\.json/);
  });

  it('is refused with a name used twice', () => {
    expect(() => load([valid, valid])).toThrow(/\[1\] \('job-a'\)\.name: expected a name not used twice/);
  });
});
