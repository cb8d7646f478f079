import { z } from 'zod';
import type { AppendedRow } from '../../../../shared/google/bigquery/tables/append-rows';
import type { Slot } from '../../../../shared/runs/rules/ledger-row';
import { missedAfterMs } from '../../../../shared/schedules/rules/due-times';
import { spreadMsOf } from '../../../../shared/schedules/rules/schedule-identity';
import { noteHandledTimes } from '../../../../shared/sql/schedules/note-handled-times';
import type { ScheduleRow } from '../../../../shared/sql/schedules/schedule-row';
import type { Observer } from '../cloud/observer';
import type { VirtualTime } from '../time/virtual-time';
import { largestSkewMs } from '../world/life';
import type { Journal } from './journal';
import { countOne, type Register } from './register';
import { tokenOf } from './run-token';

/** Judges what is started and told of planned times. */
export interface ScheduleJudge extends Pick<Observer, 'scheduled'> {
  /** A run of a schedule got a slot, or a place in the queue. */
  readonly admitted: (tenantId: string, slot: Slot) => void;
  /** A row of `schedule_times` was taken. */
  readonly told: (json: AppendedRow['json']) => void;
  /** Planned times of active schedules that have come, and are not done with. */
  readonly left: () => readonly string[];
  /** Compares what the history tells at the end, by schedule and planned time, with what was started. */
  readonly atEnd: (scheduleId: string, history: readonly ToldTime[]) => void;
  /** Of all schedules that there ever were. */
  readonly tenantOf: ReadonlyMap<string, string>;
}

export const toldTimeSchema = z.object({
  planned_at: z.iso.datetime().transform((text) => Date.parse(text)),
  outcome: z.enum(['started', 'refused', 'skipped', 'missed']),
  run_id: z.string().nullable(),
});
export type ToldTime = z.infer<typeof toldTimeSchema>;

/** While a schedule is active by the same rule. */
interface Period {
  readonly row: ScheduleRow;
  readonly spreadMs: number;
  /** Planned times after this one are meant. */
  readonly afterMs: number;
  /** Undefined: it lasts. */
  untilMs: number | undefined;
}

const minuteMs = 60_000;
/** A tick may look at a schedule as it was so long ago, by a clock that is ahead. */
const toleranceMs = 10_000 + largestSkewMs;
/** A tick comes each minute, works for less than one, and its clock may be behind. */
const caughtUpMs = 2 * minuteMs + largestSkewMs;

/** The token of a run of a schedule: its schedule and its planned time. */
export const scheduledToken = '{{ schedule_id }} {{ scheduled_at }}';

export function createScheduleJudge(
  time: VirtualTime,
  { violate }: Pick<Journal, 'violate'>,
  { played }: Pick<Register, 'played'>,
  isRun: (tenantId: string, runId: string) => boolean,
): ScheduleJudge {
  const tenantOf = new Map<string, string>();
  const periods = new Map<string, Period[]>();
  /** The run of each planned time, by schedule and time. */
  const started = new Map<string, string>();
  const rowsOf = new Map<string, Set<string>>();
  let active: readonly ScheduleRow[] = [];

  const runOf = (planned: string): string | undefined => {
    const runId = started.get(planned);
    const tenantId = tenantOf.get(planned.split(' ')[0] ?? '') ?? '';
    return runId !== undefined && isRun(tenantId, runId) ? runId : undefined;
  };

  function begin(row: ScheduleRow): void {
    const spreadMs = spreadMsOf(row.schedule_id, row.window_seconds);
    const period = { row, spreadMs, afterMs: row.handled_until.getTime(), untilMs: undefined };
    periods.set(row.schedule_id, [...(periods.get(row.schedule_id) ?? []), period]);
  }

  /** Whoever notes how far it has come has told what became of all times until then. */
  function judgeNoted(before: ScheduleRow, after: ScheduleRow): void {
    const [from, until] = [before.handled_until.getTime(), after.handled_until.getTime()];
    for (const planned of plannedBetween(after, from, until)) {
      if (!rowsOf.has(planned)) violate('handled', `${planned} is done with, and nothing was told of it`);
    }
  }

  return {
    tenantOf,

    scheduled(statement, before, after) {
      const now = time.now();
      const known = new Map(before.map((row) => [row.schedule_id, row]));
      for (const row of after) {
        const { schedule_id, version, state } = row;
        tenantOf.set(schedule_id, row.tenant_id);
        const earlier = known.get(schedule_id);
        known.delete(schedule_id);
        if (statement === noteHandledTimes.name && earlier !== undefined) judgeNoted(earlier, row);
        if (earlier?.version === version && earlier.state === state) continue;
        endPeriod(schedule_id, now);
        if (state === 'active') begin(row);
      }
      for (const scheduleId of known.keys()) endPeriod(scheduleId, now);
      active = after.filter(({ state }) => state === 'active');
    },

    admitted(tenantId, { run_id, actor, parameters }) {
      const planned = tokenOf(parameters);
      const [scheduleId = '', at = ''] = planned.split(' ');
      const plannedMs = Date.parse(at);
      const before = started.get(planned);
      if (before !== undefined && before !== run_id)
        violate('planned', `${planned} starts ${run_id}, and has started ${before}`);
      started.set(planned, run_id);
      const told = [...(rowsOf.get(planned) ?? [])].filter((outcome) => outcome !== 'started');
      if (before === undefined && told.length > 0)
        violate('history', `${planned} starts ${run_id}, and is told as ${told.join(' and ')}`);
      if (actor !== scheduleId || tenantOf.get(scheduleId) !== tenantId)
        violate('planned', `${planned} of ${tenantId} is started in the name of ${actor}`);
      const isMeant = periods
        .get(scheduleId)
        ?.some(
          ({ row, spreadMs, afterMs, untilMs = time.now() }) =>
            isPlanned(row, plannedMs) && plannedMs > afterMs && plannedMs + spreadMs <= untilMs + toleranceMs,
        );
      if (isMeant !== true) violate('planned', `${planned} is started, which is not planned then`);
    },

    told(json) {
      const { planned_at, outcome, run_id } = toldTimeSchema.parse(json);
      const scheduleId = String(json.schedule_id);
      const planned = nameOf(scheduleId, planned_at);
      rowsOf.set(planned, (rowsOf.get(planned) ?? new Set()).add(outcome));
      if (outcome === 'started' && runOf(planned) !== run_id)
        violate('history', `${planned} is told as started by ${run_id}, and it is ${runOf(planned)}`);
      countOne(played, `planned time ${outcome}`);
      const all = periods.get(scheduleId) ?? [];
      const { missed, overlap } = all.at(-1)?.row ?? {};
      const lateMs = time.now() + largestSkewMs - planned_at - (all.at(-1)?.spreadMs ?? 0);
      const mayMiss = missed !== 'all' && lateMs > missedAfterMs;
      if (outcome === 'missed' && !mayMiss)
        violate('handled', `${planned} is told as missed, ${lateMs} ms late at most: ${missed}`);
      if (outcome === 'skipped' && overlap !== 'skip')
        violate('handled', `${planned} is told as skipped, and may overlap`);
    },

    left: () => active.flatMap((row) => plannedBetween(row, row.handled_until.getTime(), dueUntil(row))),

    atEnd(scheduleId, history) {
      const told = new Map<string, ToldTime>();
      for (const row of history) {
        const planned = nameOf(scheduleId, row.planned_at);
        if (told.has(planned)) violate('history', `${planned} is told twice`);
        told.set(planned, row);
        const runId = runOf(planned);
        if ((row.outcome === 'started' ? row.run_id : undefined) !== runId)
          violate('history', `${planned} is told as ${row.outcome} ${row.run_id}, its run is ${runId}`);
      }
      for (const planned of started.keys()) {
        if (!planned.startsWith(`${scheduleId} `) || runOf(planned) === undefined || told.has(planned))
          continue;
        // Where a tick died, and the schedule was paused or changed since, nobody comes back to what was due before.
        if (Date.parse(planned.split(' ')[1] ?? '') > (periods.get(scheduleId)?.at(-1)?.afterMs ?? 0))
          violate('history', `${planned} has started ${runOf(planned)}, and is not told`);
      }
    },
  };

  function endPeriod(scheduleId: string, now: number): void {
    const last = periods.get(scheduleId)?.at(-1);
    if (last !== undefined) last.untilMs ??= now;
  }

  function dueUntil(row: ScheduleRow): number {
    return time.now() - caughtUpMs - spreadMsOf(row.schedule_id, row.window_seconds);
  }
}

const nameOf = (scheduleId: string, plannedMs: number): string =>
  `${scheduleId} ${new Date(plannedMs).toISOString()}`;

/**
 * Whether an instant is one of the schedule's planned times: by other means than the code that is judged. All rules of the plan are
 * of whole minutes, and by cron of minutes of the hour that are the same in all of the plan's zones.
 */
function isPlanned({ cron, interval_seconds, anchor }: ScheduleRow, plannedMs: number): boolean {
  if (cron === null) return (plannedMs - (anchor?.getTime() ?? 0)) % ((interval_seconds ?? 0) * 1000) === 0;
  const every = Number(/^\*\/(\d+) \* \* \* \*$/.exec(cron)?.[1]);
  return plannedMs % (every * minuteMs) === 0;
}

/** After `fromMs`, up to `untilMs`. */
function plannedBetween(row: ScheduleRow, fromMs: number, untilMs: number): readonly string[] {
  const planned: string[] = [];
  for (let at = (Math.floor(fromMs / minuteMs) + 1) * minuteMs; at <= untilMs; at += minuteMs)
    if (isPlanned(row, at)) planned.push(nameOf(row.schedule_id, at));
  return planned;
}
