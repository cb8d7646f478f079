import { type GivenOptions, nameOf, type OptionSpecs } from '../../arguments/options';
import { parameterOptions, readParameters } from '../../arguments/read-parameters';
import { exitCodes, wrongUse } from '../../exit-codes';
import { defineWord } from '../../word';
import { saySchedule } from './schedule-lines';

const longestWindowSeconds = 86_400;
const longestIntervalSeconds = 366 * 86_400;

/** When and how a schedule starts its runs. */
const timesOptions = {
  cron: { kind: 'text', value: 'FIELDS', about: "five fields: '30 6 * * MON-FRI'" },
  every: { kind: 'text', value: 'SECONDS', about: 'in place of --cron: whole minutes, 60 or more' },
  anchor: { kind: 'text', value: 'TIME', about: 'what --every counts from, an RFC 3339 time' },
  'time-zone': { kind: 'text', value: 'ZONE', about: 'like Europe/Berlin (default Etc/UTC)' },
  missed: {
    kind: 'text',
    value: 'WHAT',
    about: 'of missed times: skip, last (default), or all, with overlap allow',
  },
  overlap: {
    kind: 'text',
    value: 'WHAT',
    about: 'where the run before still goes on: skip (default) or allow',
  },
  window: { kind: 'text', value: 'SECONDS', about: 'starts at any time within so long, always the same' },
  description: { kind: 'text', value: 'TEXT', about: 'for people' },
} as const satisfies OptionSpecs;

const timesOf = (given: GivenOptions<keyof typeof timesOptions>) => ({
  cron: given.text('cron'),
  interval_seconds: given.number('every', { least: 60, most: longestIntervalSeconds }),
  anchor: given.text('anchor'),
  time_zone: given.text('time-zone'),
  missed: nameOf('missed', given.text('missed'), ['skip', 'last', 'all'] as const),
  overlap: nameOf('overlap', given.text('overlap'), ['skip', 'allow'] as const),
  window_seconds: given.number('window', { least: 0, most: longestWindowSeconds }),
  description: given.text('description'),
});

export const createScheduleWord = defineWord({
  name: 'schedules create',
  takes: ['PIPELINE'],
  about: 'has a pipeline started by itself, by --cron or --every',
  notes: `Texts of parameters can name values of the planned time: {{ scheduled_at }}, {{ scheduled_date }},
{{ scheduled_month }}, {{ previous_date }}, {{ previous_month }}, {{ schedule_id }}.`,
  options: {
    ...timesOptions,
    ...parameterOptions,
  },
  act: async (task) => {
    const { values, given, terminal, isJson } = task;
    const [pipeline = ''] = values;
    if (given.isGiven('cron') === given.isGiven('every')) {
      throw wrongUse(`Expected --cron or --every, given ${given.isGiven('cron') ? 'both' : 'neither'}`);
    }
    const times = timesOf(given);
    const connection = await task.connect();
    const parameters = await readParameters(task, connection.client, pipeline);
    const schedule = await connection.client.call('makeSchedule', {
      path: { tenant: connection.tenant() },
      body: { pipeline, parameters, ...times },
    });
    if (isJson) terminal.json(schedule);
    else saySchedule(schedule, terminal);
    return exitCodes.done;
  },
});

export const changeScheduleWord = defineWord({
  name: 'schedules change',
  takes: ['SCHEDULE'],
  about: 'changes a schedule: what is not given stays',
  notes: `With other times it begins now: nothing of before is made up for. --param and --params-file give all parameters
anew. Where somebody else changes it at the same time, nothing is done.`,
  options: {
    pipeline: { kind: 'text', value: 'PIPELINE', about: 'what is started' },
    ...timesOptions,
    ...parameterOptions,
    'no-params': { kind: 'flag', about: 'takes all parameters away' },
  },
  act: async (task) => {
    const { values, given, terminal, isJson } = task;
    const [id = ''] = values;
    if (given.isGiven('cron') && given.isGiven('every')) {
      throw wrongUse('Expected --cron or --every, given both');
    }
    const hasParameters = given.isGiven('param') || given.isGiven('params-file');
    if (hasParameters && given.isGiven('no-params')) {
      throw wrongUse('Expected --param or --params-file, or --no-params, given both');
    }
    const times = timesOf(given);
    const pipeline = given.text('pipeline');
    if (
      !hasParameters &&
      !given.isGiven('no-params') &&
      Object.values({ pipeline, ...times }).every((value) => value === undefined)
    ) {
      throw wrongUse('Expected something to change, given nothing');
    }
    const connection = await task.connect();
    const path = { tenant: connection.tenant(), schedule_id: id };
    const seen = await connection.client.call('showSchedule', { path });
    const parameters = hasParameters
      ? await readParameters(task, connection.client, pipeline ?? seen.pipeline)
      : undefined;
    const schedule = await connection.client.call('changeSchedule', {
      path,
      headers: { 'If-Match': seen.etag },
      body: {
        pipeline,
        ...times,
        // An empty text takes it away.
        ...(times.description === '' && { description: null }),
        ...((hasParameters || given.isGiven('no-params')) && { parameters: parameters ?? {} }),
      },
    });
    if (isJson) terminal.json(schedule);
    else saySchedule(schedule, terminal);
    return exitCodes.done;
  },
});
