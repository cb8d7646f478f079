import { z } from 'zod';
import { isNotFound } from '../../shared/google/bigquery/failures';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import {
  cursorSchema,
  earliest,
  encodeCursor,
  latest,
  limitSchema,
  momentSchema,
} from '../../shared/http/parse';
import { listRuns } from '../../shared/sql/runs/list-runs';
import { runStatuses } from '../../shared/sql/runs/recorded-runs';

/** Where a page ended: the last run on it. */
interface ListPlace {
  readonly admittedAt: Date;
  readonly runId: string;
}

const listPlaceSchema = z
  .tuple([z.int(), z.string().regex(/^[A-Za-z0-9_-]{1,128}$/)])
  .transform(([time, runId]) => ({ admittedAt: new Date(time), runId }))
  .refine(({ admittedAt }) => admittedAt >= earliest && admittedAt <= latest);

const toCursor = ({ admittedAt, runId }: ListPlace): string => encodeCursor([admittedAt.getTime(), runId]);

/** The query of `GET …/runs`. Unknown names are refused, so that a misspelt filter is not ignored. */
export const listRequestSchema = z
  .strictObject({
    status: z.enum(runStatuses, { error: `expected one of ${runStatuses.join(', ')}` }).optional(),
    pipeline: z
      .string()
      .regex(/^[a-z0-9_]{1,64}(\/[a-z0-9_]{1,64}){2}$/, 'expected provider/domain/pipeline')
      .optional(),
    from: momentSchema.default(earliest),
    to: momentSchema.default(latest),
    limit: limitSchema(50, 200),
    cursor: cursorSchema(listPlaceSchema).optional(),
  })
  .refine(({ from, to }) => from < to, {
    path: ['from'],
    error: 'expected a time before `to`',
  });

type ListRequest = z.infer<typeof listRequestSchema>;

/**
 * A page of the tenant's runs, newest first, and where the next page begins. One BigQuery request. Runs that
 * start between two pages appear on no later page, and a run that ends keeps its place. Parameters, steps and
 * checks are left out, because a page of them could be megabytes.
 */
export async function readRunList(tenantId: string, request: ListRequest, runStatement: RunStatement) {
  const { status, pipeline, from, to, limit, cursor } = request;
  const parameters = {
    tenant_id: tenantId,
    from,
    to,
    status: status ?? null,
    pipeline: pipeline ?? null,
    before_at: cursor?.admittedAt ?? null,
    before_id: cursor?.runId ?? null,
    // One row more than asked for shows whether there is a next page.
    limit: limit + 1,
  };
  const rows = await runStatement(tenantId, listRuns, parameters)
    .then((outcome) => outcome.rows)
    .catch((error: unknown) => {
      if (isNotFound(error)) return [];
      throw error;
    });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasNext = rows.length > limit && last !== undefined;
  return {
    runs: page.map((run) => ({
      ...run,
      tenant_id: tenantId,
      admitted_at: run.admitted_at.toISOString(),
      started_at: run.started_at?.toISOString() ?? null,
      ended_at: run.ended_at?.toISOString() ?? null,
    })),
    next_cursor: hasNext ? toCursor({ admittedAt: last.admitted_at, runId: last.run_id }) : null,
  };
}
