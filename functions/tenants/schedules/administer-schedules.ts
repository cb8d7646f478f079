import { isDeepStrictEqual } from 'node:util';
import type { PipelineDefinition } from '../../../shared/definitions/schemas/pipeline-schema';
import { ServiceError } from '../../../shared/errors';
import { isNotFound } from '../../../shared/google/bigquery/failures';
import { rowsOrNone } from '../../../shared/google/bigquery/statements/rows-or-none';
import type {
  RunStatement,
  StatementOutcome,
} from '../../../shared/google/bigquery/statements/run-statement';
import { tagOfVersion, type WantedVersions } from '../../../shared/http/headers/entity-tags';
import { parametersOf } from '../../../shared/runs/start-run';
import { comingTimes } from '../../../shared/schedules/rules/due-times';
import { scheduleIdOf } from '../../../shared/schedules/rules/schedule-identity';
import { parametersAt, type ScheduleParameters } from '../../../shared/schedules/rules/schedule-parameters';
import type { NewSchedule } from '../../../shared/schedules/rules/schedule-request';
import { localTimeAt } from '../../../shared/schedules/rules/wall-time';
import { storedParameters, timetableOf } from '../../../shared/schedules/timetable';
import type { ParameterTypes, Statement, StatementParameters } from '../../../shared/sql/define-statement';
import { changeSchedule } from '../../../shared/sql/schedules/change-schedule';
import { deleteSchedule } from '../../../shared/sql/schedules/delete-schedule';
import { insertSchedule } from '../../../shared/sql/schedules/insert-schedule';
import { listSchedules } from '../../../shared/sql/schedules/list-schedules';
import type { ScheduleRow } from '../../../shared/sql/schedules/schedule-row';
import { retrying } from '../../../shared/support/retry';
import { shorten } from '../../../shared/support/shorten';
import { requirePipeline } from '../../../shared/tenants/rules/key-pipelines';
import type { TenantLife } from '../../../shared/tenants/rules/tenant-events';
import { tenantPolicy } from '../administer-tenant';
import { changeVersion } from '../versioned-change';
import { alteredSchedule, beforeStart, type ScheduleAlteration, startOfMinute } from './altered-schedule';

export interface ScheduleDependencies {
  readonly runStatement: RunStatement;
  /** The dataset of schedules and of what became of their planned times. */
  readonly controlDataset: string;
  /** Makes that dataset's tables, where they are not there yet. */
  readonly ensureControl: () => Promise<void>;
  /** By path: provider/domain/pipeline_id. */
  readonly readPipelines: () => ReadonlyMap<string, PipelineDefinition>;
  readonly now: () => Date;
  readonly newId: () => string;
}

/** Who changes a schedule, as far as it matters. */
export interface ScheduleOwner {
  readonly id: string;
  /** Which pipelines its key may start; empty: all. */
  readonly pipelines: readonly string[];
}

/** How many a tenant may have: all schedules of all tenants are read each minute. */
const mostSchedules = 100;
/** How many of the next planned times are shown. */
const timesShown = 5;

/**
 * Makes a schedule. Throws `pipeline_not_found`, `pipeline_not_allowed`, `invalid_request` where the pipeline does not
 * take the parameters, or `too_many_schedules`.
 */
export async function makeSchedule(
  tenant: TenantLife,
  { anchor, description, ...given }: NewSchedule,
  owner: ScheduleOwner,
  deps: ScheduleDependencies,
): Promise<ScheduleRow> {
  const now = deps.now();
  const scheduleId = scheduleIdOf(deps.newId());
  checkRun(given.pipeline, given.parameters, { scheduleId, timeZone: given.time_zone }, owner, now, deps);
  const isByInterval = given.interval_seconds !== undefined;
  const parameters = {
    ...tenant,
    ...given,
    schedule_id: scheduleId,
    parameters: JSON.stringify(given.parameters),
    cron: given.cron ?? null,
    interval_seconds: given.interval_seconds ?? null,
    anchor: isByInterval ? (anchor ?? startOfMinute(now)) : null,
    description: description ?? null,
    handled_until: beforeStart(scheduleId, given.window_seconds, now),
    now,
    created_by: owner.id,
    most: mostSchedules,
  };
  const insert = () => inControl(deps, insertSchedule, parameters);
  const { rows } = await insert().catch(async (error: unknown) => {
    if (!isNotFound(error)) throw error;
    await deps.ensureControl();
    return insert();
  });
  const [row] = rows;
  if (row !== undefined) return row;
  throw new ServiceError(
    'too_many_schedules',
    `A tenant can have ${mostSchedules} schedules: delete one of them first`,
  );
}

/** The tenant's schedules, oldest first. */
export const schedulesOf = (
  tenant: TenantLife,
  deps: ScheduleDependencies,
): Promise<readonly ScheduleRow[]> => rowsOf(tenant, null, deps);

/** Throws `schedule_not_found`, for another tenant's schedule as well, and for one of the tenant's life before. */
export async function scheduleOf(
  tenant: TenantLife,
  scheduleId: string,
  deps: ScheduleDependencies,
): Promise<ScheduleRow> {
  const [row] = await rowsOf(tenant, scheduleId, deps);
  if (row !== undefined) return row;
  throw new ServiceError('schedule_not_found', `There is no schedule '${shorten(scheduleId)}'`);
}

/**
 * Resolves to the schedule before and after it. Where it is due at other times from now on, or goes on after a pause,
 * planned times of before are done with. Throws `schedule_not_found`, `precondition_failed`, and what makeSchedule does.
 */
export async function alterSchedule(
  tenant: TenantLife,
  scheduleId: string,
  change: ScheduleAlteration,
  wanted: WantedVersions,
  owner: ScheduleOwner,
  deps: ScheduleDependencies,
): Promise<{ readonly before: ScheduleRow; readonly after: ScheduleRow }> {
  const now = deps.now();
  return changeVersion({
    read: () => scheduleOf(tenant, scheduleId, deps),
    versionOf: versionOfSchedule,
    wanted,
    what: 'schedule',
    change: async (before) => {
      requirePipeline(owner.pipelines, before.pipeline);
      const after = alteredSchedule(before, change, now);
      const startsRuns =
        after.state === 'active' || change.pipeline !== undefined || change.parameters !== undefined;
      if (startsRuns) {
        const place = { scheduleId, timeZone: after.time_zone };
        checkRun(after.pipeline, storedParameters(after), place, owner, now, deps);
      }
      const { affectedRows } = await inControl(deps, changeSchedule, {
        ...after,
        version: before.version,
        done_until: after.handled_until,
        now,
      });
      if (affectedRows > 0) return after;
      // Somebody has changed it meanwhile; or it is what this call has done, unanswered at first.
      const found = await scheduleOf(tenant, scheduleId, deps);
      return isSameChange(found, after) ? found : undefined;
    },
  });
}

/** Of two changes in the same millisecond each is known by what it set. Planning moves `handled_until` on at any time. */
const isSameChange = (found: ScheduleRow, after: ScheduleRow): boolean =>
  isDeepStrictEqual({ ...found, handled_until: after.handled_until }, after);

/**
 * Runs of it are started from a minute later on at the latest no more. The version that is deleted is one that was
 * wanted. Throws as alterSchedule does.
 */
export async function removeSchedule(
  tenant: TenantLife,
  scheduleId: string,
  wanted: WantedVersions,
  owner: ScheduleOwner,
  deps: ScheduleDependencies,
): Promise<{ readonly before: ScheduleRow }> {
  return changeVersion({
    read: () => scheduleOf(tenant, scheduleId, deps),
    versionOf: versionOfSchedule,
    wanted,
    what: 'schedule',
    change: async (before) => {
      requirePipeline(owner.pipelines, before.pipeline);
      const asked = { tenant_id: tenant.tenant_id, schedule_id: scheduleId, version: before.version };
      const { affectedRows } = await inControl(deps, deleteSchedule, asked);
      if (affectedRows > 0) return before;
      // Somebody has changed it meanwhile; or it is gone, maybe by what this call has done, unanswered at first.
      const [found] = await rowsOf(tenant, scheduleId, deps);
      return found === undefined ? before : undefined;
    },
  });
}

/** The version of a schedule, for its entity tag. */
export const versionOfSchedule = ({ version }: Pick<ScheduleRow, 'version'>): string => String(version);

/** A schedule as the API shows it, with the next times of its runs, unless it is paused or disabled. */
export function shownSchedule(row: ScheduleRow, now: Date) {
  const timetable = timetableOf(row);
  const planned = row.state === 'active' ? comingTimes(timetable, now.getTime(), timesShown) : [];
  return {
    schedule_id: row.schedule_id,
    etag: tagOfVersion(versionOfSchedule(row)),
    pipeline: row.pipeline,
    parameters: storedParameters(row),
    cron: row.cron,
    interval_seconds: row.interval_seconds,
    anchor: row.anchor?.toISOString() ?? null,
    time_zone: row.time_zone,
    missed: row.missed,
    overlap: row.overlap,
    window_seconds: row.window_seconds,
    description: row.description,
    state: row.state,
    reason: row.reason,
    next_times: planned.map((plannedMs) => ({
      planned_at: new Date(plannedMs).toISOString(),
      local_time: localTimeAt(plannedMs, row.time_zone),
      starts_at: new Date(plannedMs + timetable.spreadMs).toISOString(),
    })),
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
    updated_at: row.updated_at.toISOString(),
  };
}

/** Throws where a run of now would be refused for its pipeline or its parameters. */
function checkRun(
  path: string,
  parameters: ScheduleParameters,
  place: { readonly scheduleId: string; readonly timeZone: string },
  owner: ScheduleOwner,
  now: Date,
  { readPipelines }: ScheduleDependencies,
): void {
  const pipeline = readPipelines().get(path);
  if (pipeline === undefined) throw new ServiceError('pipeline_not_found', `There is no pipeline '${path}'`);
  requirePipeline(owner.pipelines, path);
  parametersOf({ pipeline, parameters: parametersAt(parameters, now.getTime(), place) });
}

const rowsOf = (tenant: TenantLife, scheduleId: string | null, deps: ScheduleDependencies) =>
  rowsOrNone(inControl(deps, listSchedules, { ...tenant, schedule_id: scheduleId }));

function inControl<Types extends ParameterTypes, Row>(
  { runStatement, controlDataset }: ScheduleDependencies,
  statement: Statement<Types, Row>,
  parameters: StatementParameters<Statement<Types, Row>>,
): Promise<StatementOutcome<Row>> {
  return retrying(tenantPolicy, () => runStatement(controlDataset, statement, parameters));
}
