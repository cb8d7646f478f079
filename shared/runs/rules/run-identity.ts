import { createHash } from 'node:crypto';
import { z } from 'zod';
import { tenantIdSchema } from '../../tenants/rules/tenant-id';

/**
 * What wakes the worker. Losing or repeating it loses or repeats nothing: the tenant row says what is to be
 * done.
 */
export const runMessageSchema = z.object({
  tenant_id: tenantIdSchema,
  run_id: z.string().min(1).max(128),
  /** provider/domain/pipeline_id */
  pipeline: z.string().min(1).max(200),
  /** True: a worker may have executed some of it. It goes before those that have not begun. */
  has_begun: z.boolean().optional(),
});

export type RunMessage = z.infer<typeof runMessageSchema>;

/**
 * The Idempotency-Key header: 1 to 255 visible characters, taken whole, with the quotes that some clients
 * send.
 */
export const idempotencyKeySchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'expected 1 to 255 visible ASCII characters');

/** The run id that a tenant's key stands for: the same on every instance, for ever. In the form of a UUID. */
export function runIdOfKey(tenantId: string, key: string): string {
  const digest = createHash('sha256').update(`${tenantId}\n${key}`).digest('hex');
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    // Version 8: made by a rule of our own (RFC 9562).
    `8${digest.slice(13, 16)}`,
    `a${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join('-');
}

/** A run's id, as callers name one. */
export const runIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'expected a run id');

/** The same id with the time in it at which it is made, in the form of a UUID of version 7. Other ids are left as they are. */
export function timedRunId(id: string, now: Date): string {
  const random = /^[0-9a-f]{8}-[0-9a-f]{4}-4([0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})$/.exec(id)?.[1];
  const time = now.getTime();
  if (random === undefined || !(time >= 0 && time < 2 ** 48)) return id;
  const digits = time.toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}-7${random}`;
}

/** When an id was made, in milliseconds since 1970. Undefined of one that says nothing of it, such as that of a key. */
function timeOfRunId(runId: string): number | undefined {
  const form = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.exec(runId);
  return form === null ? undefined : Number.parseInt(`${form[1]}${form[2]}`, 16);
}

const dayMs = 86_400_000;
/** Clocks differ, and those of Google's machines by far less. */
const marginMs = 2 * dayMs;
/** A run is over so long after its admission: of its time in the queue (7 days) and its timeout (a day) at most. */
const longestRunMs = 9 * dayMs;

/** Where the rows of runs are, by the days that their tables are partitioned by. */
export interface DaysOfRuns {
  readonly admitted_from: Date;
  /** Not included, as `recorded_to`. */
  readonly admitted_to: Date;
  /** What is recorded of the runs' steps and checks is before that. */
  readonly recorded_to: Date;
}

/** All days. */
export const allDays: DaysOfRuns = {
  admitted_from: new Date('0001-01-01T00:00:00Z'),
  admitted_to: new Date('9999-12-31T00:00:00Z'),
  recorded_to: new Date('9999-12-31T00:00:00Z'),
};

/** By when their ids were made, if all of these say so. BigQuery then bills these days alone. */
export function daysOfRuns(runIds: readonly string[]): DaysOfRuns {
  const times = runIds.map(timeOfRunId).filter((time) => time !== undefined);
  if (times.length < runIds.length || times.length === 0) return allDays;
  const last = Math.max(...times);
  const days = {
    admitted_from: new Date(Math.max(+allDays.admitted_from, Math.min(...times) - marginMs)),
    admitted_to: new Date(last + marginMs),
    recorded_to: new Date(last + marginMs + longestRunMs),
  };
  return days.recorded_to < allDays.recorded_to ? days : allDays;
}
