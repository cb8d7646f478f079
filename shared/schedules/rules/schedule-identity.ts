import { createHash } from 'node:crypto';
import { z } from 'zod';

/** A schedule's id, as callers name one. */
export const scheduleIdSchema = z
  .string()
  .regex(/^sch_[A-Za-z0-9_-]{1,100}$/, 'expected the id of a schedule');

/** @param uuid any that was not used before */
export const scheduleIdOf = (uuid: string): string => `sch_${uuid}`;

/**
 * What stands for a planned time of a schedule: its run's idempotency key, so that it starts one run, whoever asks for
 * it and however often. No caller can send this key: it has blanks.
 */
export const keyOfPlannedTime = (scheduleId: string, plannedMs: number): string =>
  `schedule ${scheduleId} ${new Date(plannedMs).toISOString()}`;

/**
 * How long after its planned times a schedule's runs start: whole seconds below its window, always the same for a
 * schedule and even over many. In milliseconds.
 */
export function spreadMsOf(scheduleId: string, windowSeconds: number): number {
  if (windowSeconds === 0) return 0;
  return (createHash('sha256').update(scheduleId).digest().readUIntBE(0, 6) % windowSeconds) * 1000;
}
