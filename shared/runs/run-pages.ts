import { z } from 'zod';
import { cursorSchema, earliest, encodeCursor, latest, limitSchema, momentSchema } from '../http/parse';

/*
 * How lists of runs are asked for, and how they are paged: newest first, by (admitted_at, run_id), which no run
 * changes. So a run that ends keeps its place, and what starts between two pages appears on no later one.
 */

/** Where a page ended: the last run on it. */
interface RunPlace {
  readonly admittedAt: Date;
  readonly runId: string;
}

const runPlaceSchema = z
  .tuple([z.int(), z.string().regex(/^[A-Za-z0-9_-]{1,128}$/)])
  .transform(([time, runId]) => ({ admittedAt: new Date(time), runId }))
  .refine(({ admittedAt }) => admittedAt >= earliest && admittedAt <= latest);

const toCursor = ({ admittedAt, runId }: RunPlace): string => encodeCursor([admittedAt.getTime(), runId]);

/** What every list of runs can be asked for; `from` and `to` bound when the runs were admitted. */
export const runListFields = <const Status extends string>(statuses: readonly Status[]) => ({
  status: z.enum(statuses, { error: `expected one of ${statuses.join(', ')}` }).optional(),
  pipeline: z
    .string()
    .regex(/^[a-z0-9_]{1,64}(\/[a-z0-9_]{1,64}){2}$/, 'expected provider/domain/pipeline')
    .optional(),
  from: momentSchema.default(earliest),
  to: momentSchema.default(latest),
  limit: limitSchema(50, 200),
  cursor: cursorSchema(runPlaceSchema).optional(),
});

export const isInOrder = ({ from, to }: { readonly from?: Date | undefined; readonly to: Date }): boolean =>
  from === undefined || from < to;
export const notInOrder = { path: ['from'], error: 'expected a time before `to`' };

interface AskedPage {
  readonly status?: string | undefined;
  readonly pipeline?: string | undefined;
  readonly from: Date;
  readonly to: Date;
  readonly limit: number;
  readonly cursor?: RunPlace | undefined;
}

/** The parameters of a statement that reads such a page. */
export const pageParameters = ({ status, pipeline, from, to, limit, cursor }: AskedPage) => ({
  from,
  to,
  status: status ?? null,
  pipeline: pipeline ?? null,
  before_at: cursor?.admittedAt ?? null,
  before_id: cursor?.runId ?? null,
  // One row more than asked for shows whether there is a next page.
  limit: limit + 1,
});

interface ListedRun {
  readonly run_id: string;
  readonly admitted_at: Date;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
}

/** The page that such a statement's rows make, and where the next one begins. */
export function pageOfRuns<Run extends ListedRun>(rows: readonly Run[], { limit }: AskedPage) {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasNext = rows.length > limit && last !== undefined;
  return {
    runs: page.map((run) => ({
      ...run,
      admitted_at: run.admitted_at.toISOString(),
      started_at: run.started_at?.toISOString() ?? null,
      ended_at: run.ended_at?.toISOString() ?? null,
    })),
    next_cursor: hasNext ? toCursor({ admittedAt: last.admitted_at, runId: last.run_id }) : null,
  };
}
