import type { PipelineDefinition } from '../../shared/definitions/schemas/pipeline-schema';
import { ServiceError } from '../../shared/errors';
import type {
  ReadStartersInFlight,
  StartersInFlight,
} from '../../shared/google/bigquery/tables/read-tenant-state';
import type { Log } from '../../shared/log';
import { runIdOfKey } from '../../shared/runs/rules/run-identity';
import {
  type CancelOldest,
  type RunRequest,
  type StartedRun,
  type StartRunDependencies,
  startRun,
} from '../../shared/runs/start-run';
import { type DueTime, type DueTimes, dueTimes } from '../../shared/schedules/rules/due-times';
import { tenantGone } from '../../shared/schedules/rules/gone-tenants';
import { keyOfPlannedTime } from '../../shared/schedules/rules/schedule-identity';
import { parametersAt } from '../../shared/schedules/rules/schedule-parameters';
import { storedParameters, timetableOf } from '../../shared/schedules/timetable';
import type { ScheduleRow, ScheduleTiming } from '../../shared/sql/schedules/schedule-row';
import { currentContext, inContext } from '../../shared/telemetry/context';
import type { DenyRun } from './deny-run';
import type { HandledSchedule, TimeOutcome } from './schedule-log';

export interface DueRunDependencies extends StartRunDependencies {
  readonly readStarters: ReadStartersInFlight;
  /** Asked for what is told as refused, skipped or missed. */
  readonly denyRun: DenyRun;
  /** By path: provider/domain/pipeline_id. */
  readonly pipelines: ReadonlyMap<string, PipelineDefinition>;
  readonly log: Log;
}

/** A schedule of which planned times have come. */
export interface DueSchedule {
  readonly schedule: ScheduleRow;
  readonly due: DueTimes;
  /** When the run of the first of them was to start. */
  readonly sinceMs: number;
}

/** Undefined where nothing is due of it. Throws an Error where it does not say when it is. */
export function dueOf<Timing extends ScheduleTiming>(schedule: Timing, now: Date) {
  if (schedule.state !== 'active') return undefined;
  const timetable = timetableOf(schedule);
  const due = dueTimes(timetable, now.getTime());
  const [first] = due.times;
  return first && { schedule, due, sinceMs: first.plannedMs + timetable.spreadMs };
}

/** A run could not be decided about: a later tick tries again. */
class Undecided extends Error {
  override readonly name = 'Undecided';
}

/** So many runs of a schedule whose runs may overlap are asked for together: they share an admission. */
const startedTogether = 25;

/** The tick that starts runs. */
export interface OfTick {
  readonly requestId: string;
  /** Whether no further run is to be begun. */
  readonly isTimeUp: () => boolean;
}

/**
 * Starts the runs that are due of a tenant's schedules, and tells of each schedule how far it has come. Those of one
 * schedule are started in order: several together where they may overlap, else one after another. Where one cannot be
 * decided about, such as while BigQuery is away, or time is up, it and all after it wait for a later tick. Throws where
 * the tenant cannot be read: nothing was done then.
 */
export async function startDueRuns(
  tenantId: string,
  dueSchedules: readonly DueSchedule[],
  ofTick: OfTick,
  deps: DueRunDependencies,
  tell: (started: StartedTimes, due: DueSchedule) => void,
): Promise<void> {
  const tenant = await deps.readStarters(tenantId);
  await Promise.all(
    dueSchedules.map(async (dueSchedule) => {
      const { schedule } = dueSchedule;
      if (tenant === undefined || tenant.onboarding_id !== schedule.onboarding_id)
        tell(withoutTenant(dueSchedule), dueSchedule);
      else tell(await startTimes(dueSchedule, tenant, ofTick, deps), dueSchedule);
    }),
  );
}

/** Of a schedule of which something is left, not all times that are due could be decided about. */
type StartedTimes = HandledSchedule & { readonly isLeft: boolean };

/** The tenant of a schedule was offboarded, and may have been onboarded anew since. */
const withoutTenant = ({ schedule }: DueSchedule): StartedTimes => ({
  schedule,
  isLeft: false,
  outcomes: [],
  handledUntil: schedule.handled_until,
  disabledFor: tenantGone,
});

async function startTimes(
  { schedule, due }: DueSchedule,
  tenant: StartersInFlight,
  { requestId, isTimeUp }: OfTick,
  deps: DueRunDependencies,
): Promise<StartedTimes> {
  const outcomes: TimeOutcome[] = [];
  const inFlight = new Set(
    tenant.active_runs.flatMap(({ run_id, actor_kind, actor }) =>
      actor_kind === 'schedule' && actor === schedule.schedule_id ? [run_id] : [],
    ),
  );
  const denied = new Set(tenant.withdrawn_runs.map(({ run_id }) => run_id));
  const youngestMs = due.times.findLast(({ decision }) => decision === 'start')?.plannedMs;
  const inTime = { ...deps, cancelOldest: unless(isTimeUp, deps.cancelOldest) };
  /** Undefined: it could not be decided about. */
  const decide = async ({ plannedMs, decision }: DueTime) => {
    try {
      const known = { inFlight, denied, isYoungest: plannedMs === youngestMs };
      const outcome =
        decision === 'missed'
          ? ended('missed')
          : await startTime(schedule, plannedMs, known, requestId, inTime);
      return outcome.outcome === 'started' ? outcome : await tellFinally(outcome, schedule, plannedMs, deps);
    } catch (error) {
      if (error instanceof Undecided) return undefined;
      throw error;
    }
  };
  while (outcomes.length < due.times.length && !isTimeUp()) {
    const left = due.times.slice(outcomes.length);
    const part = left.slice(0, decidedTogether(schedule, left, inFlight));
    const decided = await Promise.all(
      part.map(async (time) => ({ planned_at: new Date(time.plannedMs), became: await decide(time) })),
    );
    for (const { planned_at, became } of decided) {
      if (became === undefined) break;
      const { isInFlight, ...outcome } = became;
      if (isInFlight && outcome.run_id !== null) inFlight.add(outcome.run_id);
      const isFirst = outcomes.length === 0 && due.missedSinceMs !== undefined;
      const missed_since = isFirst ? new Date(due.missedSinceMs) : null;
      outcomes.push({ ...outcome, planned_at, missed_since });
    }
    if (decided.some(({ became }) => became === undefined)) break;
  }
  const handledUntil = outcomes.at(-1)?.planned_at ?? schedule.handled_until;
  const isLeft = outcomes.length < due.times.length;
  return { schedule, outcomes, handledUntil, disabledFor: null, isLeft };
}

/** Nobody's run is cancelled where there is no time left to start another in its place. */
const unless = (isTimeUp: () => boolean, cancelOldest: CancelOldest | undefined): CancelOldest | undefined =>
  cancelOldest &&
  (async (tenantId, runId) => {
    if (isTimeUp()) throw new ServiceError('unavailable', 'No time is left to cancel the oldest run');
    await cancelOldest(tenantId, runId);
  });

/**
 * How many of what is left are decided about together, and so denied together: what is missed; what is skipped for a run
 * that is in flight; or as many as may start at once.
 */
function decidedTogether(
  { overlap }: ScheduleRow,
  left: readonly DueTime[],
  inFlight: ReadonlySet<string>,
): number {
  const missed = left.findIndex(({ decision }) => decision !== 'missed');
  if (missed !== 0) return missed < 0 ? left.length : missed;
  if (overlap === 'allow') return startedTogether;
  return inFlight.size > 0 ? left.length : 1;
}

/**
 * What is told of a planned time whose run is not to start: that, and it never will; or that another tick has started
 * it. Throws Undecided.
 */
async function tellFinally(
  outcome: StartOutcome,
  schedule: ScheduleRow,
  plannedMs: number,
  { denyRun, log }: DueRunDependencies,
): Promise<StartOutcome> {
  const { tenant_id, schedule_id } = schedule;
  const runId = runIdAt(schedule, plannedMs);
  try {
    const became = await denyRun(tenant_id, { runId, plannedMs });
    return became === 'started' ? ended('started', runId) : outcome;
  } catch (error) {
    const text = 'It is not known whether a scheduled run was started; a later tick tries again';
    log('WARNING', text, { tenant_id, schedule_id, error });
    throw new Undecided();
  }
}

const runIdAt = ({ tenant_id, schedule_id }: ScheduleRow, plannedMs: number): string =>
  runIdOfKey(tenant_id, keyOfPlannedTime(schedule_id, plannedMs));

type StartOutcome = Pick<TimeOutcome, 'outcome' | 'run_id' | 'code' | 'detail'> & {
  /** Whether its run goes on. One that a tick started before may be over. */
  readonly isInFlight: boolean;
};

const ended = (outcome: TimeOutcome['outcome'], runId: string | null = null): StartOutcome => ({
  isInFlight: false,
  outcome,
  run_id: runId,
  code: null,
  detail: null,
});
const started = (runId: string): StartOutcome => ({ ...ended('started', runId), isInFlight: true });
const refused = (code: string | null, detail: string): StartOutcome => ({
  ...ended('refused'),
  code,
  detail,
});

/** What is known of a schedule's runs before one more is asked for. */
interface KnownRuns {
  readonly inFlight: ReadonlySet<string>;
  /** Those that get no slot any more. */
  readonly denied: ReadonlySet<string>;
  /** Whether no planned time that is due comes after this one. */
  readonly isYoungest: boolean;
}

/**
 * What becomes of a planned time, once for all: whoever asks again is told the same run. Throws Undecided.
 *
 * Of the times that come together the youngest alone has the oldest run of its pipeline cancelled where the pipeline
 * asks for that: else they would end each other. Those before it are refused where there is no slot. They do not wait,
 * because nobody's place is taken while others wait. Whoever asks again, after a death or beside another tick, cancels
 * nothing: admission knows the run before it says whose place it could take.
 */
async function startTime(
  schedule: ScheduleRow,
  plannedMs: number,
  { inFlight, denied, isYoungest }: KnownRuns,
  requestId: string,
  deps: DueRunDependencies,
): Promise<StartOutcome> {
  const { schedule_id, tenant_id, pipeline: path, time_zone } = schedule;
  const idempotencyKey = keyOfPlannedTime(schedule_id, plannedMs);
  const runId = runIdAt(schedule, plannedMs);
  // A tick that died has started it.
  if (inFlight.has(runId)) return started(runId);
  const [before] = inFlight;
  if (schedule.overlap === 'skip' && before !== undefined) return ended('skipped', before);
  // Another tick has told what became of it, or has died before it could; or it is over, which is found out then.
  if (denied.has(runId)) return refused(null, 'Another tick has found that it is not to start.');
  const pipeline = deps.pipelines.get(path);
  if (pipeline === undefined) return refused('pipeline_not_found', `There is no pipeline '${path}'`);
  try {
    const place = { scheduleId: schedule_id, timeZone: time_zone };
    const request: RunRequest = {
      tenantId: tenant_id,
      keyId: schedule_id,
      pipeline,
      parameters: parametersAt(storedParameters(schedule), plannedMs, place),
      trigger: 'schedule',
      idempotencyKey,
      atLimit: pipeline.at_limit === 'cancel_oldest' && !isYoungest ? 'refuse' : pipeline.at_limit,
      actor_kind: 'schedule',
      actor: schedule_id,
      address: null,
      request_id: requestId,
    };
    const { isOver } = await startApart(request, deps);
    return isOver ? ended('started', runId) : started(runId);
  } catch (error) {
    const fields = { tenant_id, schedule_id, planned_at: new Date(plannedMs).toISOString() };
    if (!(error instanceof ServiceError)) {
      deps.log('ERROR', 'A scheduled run could not be started; a later tick tries again', {
        ...fields,
        error,
      });
      throw new Undecided();
    }
    // A tick that died has started it, with the parameters that the schedule had then.
    if (error.code === 'idempotency_key_reused') return ended('started', runId);
    if (error.code === 'unavailable') {
      deps.log('WARNING', 'A scheduled run could not be decided about; a later tick tries again', {
        ...fields,
        error,
      });
      throw new Undecided();
    }
    deps.log('INFO', `A scheduled run is refused: ${error.code}`, fields);
    return refused(error.code, error.detail);
  }
}

/** With labels of its own: a tick starts many runs, and a log line about one is not to name another. */
function startApart(request: RunRequest, deps: StartRunDependencies): Promise<StartedRun> {
  const context = currentContext();
  const own = context && { trace: context.trace, labels: { tenant: request.tenantId } };
  return inContext(own, () => startRun(request, deps));
}
