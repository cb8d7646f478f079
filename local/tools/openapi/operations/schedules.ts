import { newScheduleSchema, scheduleChangeSchema } from '../../../../shared/schedules/rules/schedule-request';
import { timeOutcomes } from '../../../../shared/sql/schedules/list-schedule-times';
import type { Answer, OperationText } from '../operation';
import { cursor, from, ifMatch, limit, to } from './parameters';

const schedules = '/api/v1/tenants/{tenant}/schedules';
const schedule = `${schedules}/{schedule_id}`;
const badBody = ['payload_too_large', 'unsupported_media_type'] as const;
const tag = 'Schedules';
const notThere = ['tenant_not_found', 'schedule_not_found'] as const;
const ofRuns = ['pipeline_not_found', 'pipeline_not_allowed'] as const;
const changed: readonly Answer[] = [
  { status: 200, description: 'The schedule after it', body: { name: 'Schedule' }, headers: ['ETag'] },
];

export const scheduleOperations: readonly OperationText[] = [
  {
    id: 'makeSchedule',
    method: 'POST',
    path: schedules,
    tag,
    summary: 'Has runs of a pipeline started at planned times',
    description:
      'By `cron` and `time_zone`, or every `interval_seconds`. Texts of parameters may name `{{ scheduled_at }}`, `{{ scheduled_date }}`, `{{ scheduled_month }}`, `{{ previous_date }}`, `{{ previous_month }}` and `{{ schedule_id }}`. A key also needs the scope `run`. A tenant can have 100.',
    body: { name: 'ScheduleRequest', schema: newScheduleSchema, isRequired: true },
    answers: [
      { status: 201, description: 'The schedule', body: { name: 'Schedule' }, headers: ['ETag', 'Location'] },
    ],
    problems: ['tenant_not_found', 'too_many_schedules', ...ofRuns, ...badBody],
  },
  {
    id: 'listSchedules',
    method: 'GET',
    path: schedules,
    tag,
    summary: 'The tenant’s schedules, oldest first, each with its next five times',
    answers: [{ status: 200, description: 'All of them', body: { name: 'ScheduleList' } }],
    problems: ['tenant_not_found'],
  },
  {
    id: 'showSchedule',
    method: 'GET',
    path: schedule,
    tag,
    summary: 'A schedule, with its next five times',
    answers: [{ status: 200, description: 'The schedule', body: { name: 'Schedule' }, headers: ['ETag'] }],
    problems: [...notThere],
  },
  {
    id: 'changeSchedule',
    method: 'PATCH',
    path: schedule,
    tag,
    summary: 'Changes a schedule',
    description:
      'What is left out stays. `cron` takes the place of an interval, and the other way round. Other times begin now: nothing is made up for by them.',
    body: { name: 'ScheduleChange', schema: scheduleChangeSchema, isRequired: true },
    headers: { 'If-Match': ifMatch },
    answers: changed,
    problems: [...notThere, ...ofRuns, 'precondition_failed', ...badBody],
  },
  {
    id: 'deleteSchedule',
    method: 'DELETE',
    path: schedule,
    tag,
    summary: 'Removes a schedule',
    description: 'A tick that is under way may still start a run of it.',
    headers: { 'If-Match': ifMatch },
    answers: [{ status: 204, description: 'Removed' }],
    problems: [...notThere, 'pipeline_not_allowed', 'precondition_failed'],
  },
  {
    id: 'pauseSchedule',
    method: 'POST',
    path: `${schedule}/pause`,
    tag,
    summary: 'Has no runs started until it goes on',
    headers: { 'If-Match': ifMatch },
    answers: changed,
    problems: [...notThere, 'pipeline_not_allowed', 'precondition_failed', ...badBody],
  },
  {
    id: 'resumeSchedule',
    method: 'POST',
    path: `${schedule}/resume`,
    tag,
    summary: 'Lets a schedule go on that is paused or disabled',
    description: 'Times that were planned meanwhile are not made up for.',
    headers: { 'If-Match': ifMatch },
    answers: changed,
    problems: [...notThere, ...ofRuns, 'precondition_failed', ...badBody],
  },
  {
    id: 'showScheduleHistory',
    method: 'GET',
    path: `${schedule}/history`,
    tag,
    summary: 'What became of each planned time, youngest first, page by page',
    description: 'Of the last 30 days unless `from` is given.',
    query: {
      from,
      to,
      outcome: { description: 'Times that ended so.', schema: { type: 'string', enum: [...timeOutcomes] } },
      limit: limit(100, 1000),
      cursor,
    },
    answers: [{ status: 200, description: 'A page', body: { name: 'ScheduleHistory' }, headers: ['Link'] }],
    problems: [...notThere],
  },
];
