import { denyRuns } from '../../../../shared/sql/runs/deny-runs';
import { findStartedRuns } from '../../../../shared/sql/runs/find-started-runs';
import { changeSchedule } from '../../../../shared/sql/schedules/change-schedule';
import { deleteSchedule } from '../../../../shared/sql/schedules/delete-schedule';
import { disableSchedules } from '../../../../shared/sql/schedules/disable-schedules';
import { forgetSchedules } from '../../../../shared/sql/schedules/forget-schedules';
import { insertSchedule } from '../../../../shared/sql/schedules/insert-schedule';
import { listScheduleTimes } from '../../../../shared/sql/schedules/list-schedule-times';
import { listSchedules } from '../../../../shared/sql/schedules/list-schedules';
import { noteHandledTimes } from '../../../../shared/sql/schedules/note-handled-times';
import { runId, statementCase } from './statement-case';

const schedule_id = 'sch_1';
const settings = {
  pipeline: 'gcp/example/dryrun',
  parameters: '{}',
  cron: '30 6 * * *',
  interval_seconds: null,
  anchor: null,
  time_zone: 'Europe/Berlin',
  missed: 'last',
  overlap: 'skip',
  window_seconds: 0,
  description: null,
};

/** A schedule's life. */
export const scheduleCases = [
  statementCase(insertSchedule, 'An INSERT of a SELECT that counts the same table.', ({ tenantId, now }) => ({
    ...settings,
    schedule_id,
    tenant_id: tenantId,
    onboarding_id: null,
    handled_until: now,
    now,
    created_by: 'admin',
    most: 100,
  })),
  statementCase(
    changeSchedule,
    'A lone UPDATE reports how many rows it changed.',
    ({ tenantId, now, from }) => ({
      ...settings,
      tenant_id: tenantId,
      schedule_id,
      version: 1,
      description: 'daily',
      state: 'active',
      done_until: from,
      now,
    }),
  ),
  statementCase(
    findStartedRuns,
    'UNION DISTINCT of an array of the row and of a query with QUALIFY.',
    ({ tenantId, from }) => ({
      tenant_id: tenantId,
      run_ids: [runId(1), runId(6)],
      from,
    }),
  ),
  statementCase(
    denyRuns,
    'An array of structs is made of another and of a parameter.',
    ({ tenantId, from, now }) => ({
      tenant_id: tenantId,
      run_ids: [runId(6)],
      from,
      now,
    }),
  ),
  statementCase(
    noteHandledTimes,
    'An UPDATE is joined with an array of structs, of which a field can be NULL.',
    ({ to, now }) => ({ handled: [{ schedule_id, version: 2, handled_until: to, reason: null }], now }),
  ),
  statementCase(listSchedules, 'Times come back as they were written.', ({ tenantId }) => ({
    tenant_id: tenantId,
    onboarding_id: null,
    schedule_id,
  })),
  statementCase(listScheduleTimes, 'A table without rows answers with none.', ({ tenantId, from, to }) => ({
    tenant_id: tenantId,
    schedule_id,
    from,
    to,
    until_at: null,
    outcome: null,
    most: 10,
  })),
  statementCase(deleteSchedule, 'A lone DELETE reports how many rows it changed.', ({ tenantId }) => ({
    tenant_id: tenantId,
    schedule_id,
    version: 2,
  })),
  statementCase(disableSchedules, 'An UPDATE that finds nothing changes nothing.', ({ tenantId, now }) => ({
    tenant_id: tenantId,
    reason: 'Its tenant is not there any more',
    now,
  })),
  statementCase(forgetSchedules, 'A DELETE by a time.', ({ from }) => ({ before: from })),
];
