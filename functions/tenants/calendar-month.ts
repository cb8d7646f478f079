import { z } from 'zod';

/** A calendar month, UTC. */
export interface Month {
  /** For example 2026-11. */
  readonly name: string;
  readonly from: Date;
  /** The first instant of the next month. */
  readonly to: Date;
}

const expected = 'expected a month such as 2026-11';

export const monthSchema = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/, expected)
  .refine((name) => name >= '2000-01' && name <= '9998-12', expected)
  .transform((name) => monthOf(new Date(`${name}-01T00:00:00Z`), 0));

/** The month that this time is in, or the one so many months later. */
export function monthOf(time: Date, later: number): Month {
  const from = new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + later, 1));
  const to = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1));
  return { name: from.toISOString().slice(0, 7), from, to };
}
