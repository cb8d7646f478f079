import { exitCodes } from '../../exit-codes';
import { defineWord, type Word } from '../../word';
import { saySchedule } from './schedule-lines';

const stateWord = (name: 'pause' | 'resume', about: string): Word =>
  defineWord({
    name: `schedules ${name}`,
    takes: ['SCHEDULE'],
    about,
    options: {},
    act: async ({ values, terminal, isJson, connect }) => {
      const [id = ''] = values;
      const connection = await connect();
      const path = { tenant: connection.tenant(), schedule_id: id };
      const schedule = await connection.client.call(`${name}Schedule`, { path });
      if (isJson) terminal.json(schedule);
      else saySchedule(schedule, terminal);
      return exitCodes.done;
    },
  });

export const pauseScheduleWord = stateWord('pause', 'starts nothing more until it is resumed');
export const resumeScheduleWord = stateWord('resume', 'goes on with its next planned time');

export const deleteScheduleWord = defineWord({
  name: 'schedules delete',
  takes: ['SCHEDULE'],
  about: 'takes a schedule away; runs that it has started go on',
  options: {},
  act: async ({ values, terminal, connect }) => {
    const [id = ''] = values;
    const connection = await connect();
    await connection.client.call('deleteSchedule', {
      path: { tenant: connection.tenant(), schedule_id: id },
    });
    terminal.note(`Schedule ${id} is deleted`);
    return exitCodes.done;
  },
});
