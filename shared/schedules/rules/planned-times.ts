import { Cron } from 'croner';
import { createBoundedMap } from '../../support/bounded-map';
import { instantOf, wallTimeAt } from './wall-time';

/** When a schedule's runs are planned. */
export type PlanRule =
  /** By the clocks of a time zone: five fields, as cron has them. */
  | { readonly kind: 'cron'; readonly cron: string; readonly timeZone: string }
  /** In absolute time: an anchor, and any number of intervals before and after it. */
  | { readonly kind: 'interval'; readonly intervalMs: number; readonly anchorMs: number };

/** Throws an Error that says what is wrong with the expression. */
export const parseCron = (cron: string): Cron =>
  // In UTC, where every wall time comes once: what becomes of those of a zone is instantOf's.
  new Cron(cron, { mode: '5-part', paused: true, utcOffset: 0 });

/** Each tick asks all schedules. */
const parsed = createBoundedMap<Cron>(20_000);

function knownCron(cron: string): Cron {
  const known = parsed.get(cron) ?? parseCron(cron);
  parsed.set(cron, known);
  return known;
}

/**
 * The planned times after an instant, in order, each once; endless, unless the rule has an end. In milliseconds since
 * 1970. By a cron rule a wall time that comes twice is planned once, the first time, and those that do not come at all
 * are planned together, once, right after the gap.
 */
export function* plannedTimesAfter(rule: PlanRule, afterMs: number): Generator<number, void> {
  if (rule.kind === 'interval') {
    const { intervalMs, anchorMs } = rule;
    for (let count = Math.floor((afterMs - anchorMs) / intervalMs) + 1; ; count++)
      yield anchorMs + count * intervalMs;
  }
  const { cron, timeZone } = rule;
  const pattern = knownCron(cron);
  let lastMs = afterMs;
  // Of wall times up to this one all instants are past: instantOf never turns back.
  let wall = pattern.nextRun(new Date(wallTimeAt(afterMs, timeZone)));
  for (; wall !== null; wall = pattern.nextRun(wall)) {
    const plannedMs = instantOf(wall.getTime(), timeZone);
    // The second time that clocks show it, or planned right after a gap by another wall time of the gap.
    if (plannedMs <= lastMs) continue;
    lastMs = plannedMs;
    yield plannedMs;
  }
}

/** The first times of a rule after an instant. */
export function nextPlannedTimes(rule: PlanRule, afterMs: number, count: number): readonly number[] {
  const times: number[] = [];
  for (const plannedMs of plannedTimesAfter(rule, afterMs)) {
    if (times.length >= count) break;
    times.push(plannedMs);
  }
  return times;
}

export interface LastTimes {
  /** In order. */
  readonly times: readonly number[];
  /** There are earlier ones, which were not asked for. */
  readonly hasEarlier: boolean;
}

const firstLookMs = 2 * 3_600_000;

/**
 * The last times of a rule after an instant and up to another, `most` of them. However long the time between is, it
 * looks at no more than some multiple of `most`.
 */
export function lastPlannedTimes(rule: PlanRule, afterMs: number, untilMs: number, most: number): LastTimes {
  for (let lookMs = firstLookMs; ; lookMs *= 8) {
    const fromMs = Math.max(afterMs, untilMs - lookMs);
    const times: number[] = [];
    for (const plannedMs of plannedTimesAfter(rule, fromMs)) {
      if (plannedMs > untilMs) break;
      times.push(plannedMs);
    }
    if (times.length > most) return { times: times.slice(-most), hasEarlier: true };
    if (fromMs === afterMs) return { times, hasEarlier: false };
  }
}
