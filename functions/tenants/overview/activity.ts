import type { z } from 'zod';
import { activityStepSeconds, type readActivity } from '../../../shared/sql/usage/read-activity';

const stepMs = activityStepSeconds * 1000;

/** The steps of the hours before now, the one that has begun among them: its first instant, and how many there are. */
export function stepsOf(hours: number, now: Date): { readonly first: Date; readonly count: number } {
  const count = (hours * 3_600_000) / stepMs;
  return { first: new Date(Math.floor(now.getTime() / stepMs) * stepMs - (count - 1) * stepMs), count };
}

/**
 * Pure. The most runs at once in each step, oldest first. In a step in which nothing changed they are as many as at
 * the end of the one before.
 */
export function activityPoints(
  changed: readonly z.infer<typeof readActivity.row>[],
  { first, count }: ReturnType<typeof stepsOf>,
) {
  const known = new Map(changed.map((row) => [row.step.getTime(), row]));
  let running = 0;
  let queued = 0;
  return Array.from({ length: count }, (_, index) => {
    const at = first.getTime() + index * stepMs;
    const row = known.get(at);
    const point = {
      at: new Date(at).toISOString(),
      running: Math.max(running, row?.most_running ?? 0),
      queued: Math.max(queued, row?.most_queued ?? 0),
    };
    running = row?.last_running ?? running;
    queued = row?.last_queued ?? queued;
    return point;
  });
}
