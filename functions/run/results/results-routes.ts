import { z } from 'zod';
import type { PipelineDefinition } from '../../../shared/definitions/schemas/pipeline-schema';
import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import type { EitherAuthentication } from '../../../shared/http/authorize';
import { csvReply, csvText, wantsCsv } from '../../../shared/http/csv';
import { nextPageLink } from '../../../shared/http/headers/next-page';
import { cursorSchema, limitSchema, parseQuery, parseRequest } from '../../../shared/http/parse';
import type { HttpRequest, Route } from '../../../shared/http/route';
import {
  expectOnlyTenant,
  requireTenantOrItsAdmin,
  tenantFields,
} from '../../../shared/http/tenant-in-query';
import { runIdSchema } from '../../../shared/runs/rules/run-identity';
import { findRecordedRun, isOver } from '../../../shared/runs/show-run';
import type { RecordedRun } from '../../../shared/sql/runs/read-run';
import { createBoundedMap } from '../../../shared/support/bounded-map';
import { requirePipeline } from '../../../shared/tenants/rules/key-pipelines';
import type { Results } from './compose-results';

export interface ResultsRoutesDependencies extends EitherAuthentication {
  readonly runStatement: RunStatement;
  readonly pipelines: ReadonlyMap<string, PipelineDefinition>;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
  /** Loaded with the first call. */
  readonly results: () => Promise<Results>;
}

/** Runs that are over, as they were read, and for how long they are remembered, in milliseconds. */
const mostEnded = 200;
const endedForMs = 300_000;

const placeSchema = z
  .tuple([z.int().min(0), z.int(), z.int().min(0).optional()])
  .transform(([start, lastModifiedMs, count]) => ({ start, lastModifiedMs, count }));
export const resultPageSchema = z.strictObject({
  ...tenantFields,
  limit: limitSchema(100, 1_000),
  cursor: cursorSchema(placeSchema).optional(),
});
const numberSchema = z
  .string()
  .regex(/^[1-9]\d{0,3}$/, 'expected the `n` of a result, such as 1')
  .transform(Number);

/** What a tenant's runs have made: tables and files. A key for some pipelines sees what those have made. */
export function resultsRoutes(deps: ResultsRoutesDependencies): readonly Route[] {
  const findRun = async (request: HttpRequest, runId: string) => {
    const { tenantId, pipelines } = await requireTenantOrItsAdmin(deps, request);
    return { tenantId, pipelines, runId };
  };
  // A run that is over does not change, and whoever reads a table page by page asks for it again and again.
  const ended = createBoundedMap<{ readonly run: RecordedRun; readonly untilMs: number }>(mostEnded);
  const findOnce = async (tenantId: string, runId: string): Promise<RecordedRun> => {
    const key = `${tenantId} ${runId}`;
    const known = ended.get(key);
    if (known !== undefined && known.untilMs > deps.monotonicMs()) return known.run;
    const run = await findRecordedRun(tenantId, runId, deps.runStatement);
    if (isOver(run)) ended.set(key, { run, untilMs: deps.monotonicMs() + endedForMs });
    return run;
  };
  const readRun = async ({ tenantId, pipelines, runId }: Awaited<ReturnType<typeof findRun>>) => {
    const run = await findOnce(tenantId, runId);
    requirePipeline(pipelines, run.pipeline);
    return { run, definition: deps.pipelines.get(run.pipeline), results: await deps.results() };
  };
  const runIdOf = (request: HttpRequest) =>
    parseRequest(runIdSchema, request.params.run_id, 'run_id in the path');
  return [
    {
      operation: 'listResults',
      method: 'GET',
      path: '/api/v1/pipelines/runs/{run_id}/results',
      handle: async (request) => {
        const asked = await findRun(request, runIdOf(request));
        expectOnlyTenant(request);
        const { run, definition, results } = await readRun(asked);
        return { status: 200, body: await results.list(asked.tenantId, run, definition) };
      },
    },
    {
      operation: 'showResult',
      method: 'GET',
      path: '/api/v1/pipelines/runs/{run_id}/results/{n}',
      handle: async (request) => {
        const runId = runIdOf(request);
        const n = parseRequest(numberSchema, request.params.n, 'n in the path');
        const asked = await findRun(request, runId);
        const { limit, cursor } = parseQuery(resultPageSchema, request.query);
        const { run, definition, results } = await readRun(asked);
        const body = await results.show(asked.tenantId, run, definition, { n, limit, cursor });
        const headers = nextPageLink(request, body.next_cursor);
        const { rows, columns } = body;
        if (!wantsCsv(request) || rows === null || columns === null) return { status: 200, headers, body };
        const lines = rows.map((row) => results.toCells(columns, row));
        return csvReply(csvText([columns.map(({ name }) => name), ...lines]), headers);
      },
    },
  ];
}
