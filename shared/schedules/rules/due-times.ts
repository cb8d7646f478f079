import { lastPlannedTimes, nextPlannedTimes, type PlanRule } from './planned-times';

/** What is done about planned times that nobody could start in time. */
export const missedPolicies = ['skip', 'last', 'all'] as const;
export type MissedPolicy = (typeof missedPolicies)[number];

/** What is done where the schedule's run before is still in flight. */
export const overlapPolicies = ['skip', 'allow'] as const;
export type OverlapPolicy = (typeof overlapPolicies)[number];

/** A schedule, as far as it says when it is due. */
export interface Timetable {
  readonly rule: PlanRule;
  /** So long after its planned time each run starts. */
  readonly spreadMs: number;
  readonly missed: MissedPolicy;
  /** Planned times up to this one are over and done with. */
  readonly handledUntilMs: number;
}

/** A planned time that has come. */
export interface DueTime {
  readonly plannedMs: number;
  /** missed: no run is started for it. */
  readonly decision: 'start' | 'missed';
}

export interface DueTimes {
  /** In order. */
  readonly times: readonly DueTime[];
  /** Set where even earlier ones were missed, which are not listed one by one: all after this instant. */
  readonly missedSinceMs: number | undefined;
}

/** A planned time is missed when its run could not be started for so long. In milliseconds. */
export const missedAfterMs = 5 * 60_000;
/** So many of the times that were missed are made up for, or listed. */
export const mostMissed = 100;

const nothing: DueTimes = { times: [], missedSinceMs: undefined };

/**
 * What is due of a schedule. Those in time are started. Of those that are late `skip` starts none, `last` the youngest
 * unless one in time follows it, and `all` every one of the last hundred. So all ticks that look at the same time and
 * at the same state decide the same.
 */
export function dueTimes({ rule, spreadMs, missed, handledUntilMs }: Timetable, nowMs: number): DueTimes {
  const untilMs = nowMs - spreadMs;
  if (untilMs <= handledUntilMs) return nothing;
  const { times, hasEarlier } = lastPlannedTimes(rule, handledUntilMs, untilMs, mostMissed);
  const last = times.at(-1);
  const isStarted = (plannedMs: number): boolean =>
    missed === 'all' || untilMs - plannedMs <= missedAfterMs || (missed === 'last' && plannedMs === last);
  return {
    times: times.map((plannedMs) => ({
      plannedMs,
      decision: isStarted(plannedMs) ? 'start' : 'missed',
    })),
    missedSinceMs: hasEarlier ? handledUntilMs : undefined,
  };
}

/** The next planned times of a schedule whose runs have not started yet, unless a tick is late. */
export const comingTimes = (
  { rule, spreadMs, handledUntilMs }: Omit<Timetable, 'missed'>,
  nowMs: number,
  count: number,
): readonly number[] => nextPlannedTimes(rule, Math.max(handledUntilMs, nowMs - spreadMs), count);
