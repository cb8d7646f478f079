import { nameOf } from '../../arguments/options';
import { exitCodes } from '../../exit-codes';
import { timeText } from '../../output/formats';
import { textTable, wideTable } from '../../output/table';
import { defineWord } from '../../word';
import { saySchedule, timesText } from './schedule-lines';

export const listSchedulesWord = defineWord({
  name: 'schedules list',
  takes: [],
  about: "the tenant's schedules",
  options: {},
  act: async ({ terminal, isJson, connect }) => {
    const connection = await connect();
    const list = await connection.client.call('listSchedules', { path: { tenant: connection.tenant() } });
    if (isJson) terminal.json(list);
    else if (list.schedules.length === 0) terminal.note('There are none.');
    else {
      const columns = ['schedule', 'pipeline', 'planned', 'time zone', 'state', 'next (UTC)'];
      const rows = list.schedules.map((schedule) => [
        schedule.schedule_id,
        schedule.pipeline,
        timesText(schedule),
        schedule.time_zone,
        schedule.state,
        timeText(schedule.next_times[0]?.starts_at ?? ''),
      ]);
      terminal.say(textTable(columns, rows, wideTable));
    }
    return exitCodes.done;
  },
});

export const showScheduleWord = defineWord({
  name: 'schedules show',
  takes: ['SCHEDULE'],
  about: 'a schedule with its next times',
  options: {},
  act: async ({ values, terminal, isJson, connect }) => {
    const [id = ''] = values;
    const connection = await connect();
    const path = { tenant: connection.tenant(), schedule_id: id };
    const schedule = await connection.client.call('showSchedule', { path });
    if (isJson) terminal.json(schedule);
    else saySchedule(schedule, terminal);
    return exitCodes.done;
  },
});

const outcomes = ['started', 'refused', 'skipped', 'missed'] as const;

export const scheduleHistoryWord = defineWord({
  name: 'schedules history',
  takes: ['SCHEDULE'],
  about: 'what became of its planned times, youngest first',
  options: {
    outcome: { kind: 'text', value: 'OUTCOME', about: outcomes.join(', ') },
    from: { kind: 'text', value: 'TIME', about: 'planned then or later (default: 30 days ago)' },
    to: { kind: 'text', value: 'TIME', about: 'planned before then' },
    limit: { kind: 'text', value: 'N', about: 'how many at most (default 20)' },
    cursor: { kind: 'text', value: 'CURSOR', about: 'goes on where a list ended' },
  },
  act: async ({ values, given, terminal, isJson, connect }) => {
    const [id = ''] = values;
    const query = {
      outcome: nameOf('outcome', given.text('outcome'), outcomes),
      from: given.text('from'),
      to: given.text('to'),
      limit: given.number('limit', { least: 1, most: 1000 }) ?? 20,
      cursor: given.text('cursor'),
    };
    const connection = await connect();
    const path = { tenant: connection.tenant(), schedule_id: id };
    const history = await connection.client.call('showScheduleHistory', { path, query });
    if (isJson) terminal.json(history);
    else if (history.times.length === 0) terminal.note('There is nothing yet.');
    else {
      const columns = ['planned (UTC)', 'outcome', 'run', 'code', 'detail'];
      const rows = history.times.map(({ planned_at, outcome, run_id, code, detail }) => [
        timeText(planned_at),
        outcome,
        run_id ?? '',
        code ?? '',
        detail ?? '',
      ]);
      terminal.say(textTable(columns, rows, wideTable));
      if (history.next_cursor !== null) terminal.note(`There are more: --cursor ${history.next_cursor}`);
    }
    return exitCodes.done;
  },
});
