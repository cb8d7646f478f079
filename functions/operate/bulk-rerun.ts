import { parseBulkRerunFilter } from '../../shared/operations/rules/bulk-rerun';
import type { OperationItem } from '../../shared/operations/rules/operation';
import { startedByOperation } from '../../shared/operations/rules/started-runs';
import { type RerunDependencies, rerunRun } from '../../shared/runs/rerun/rerun-run';
import { listRuns } from '../../shared/sql/runs/list-runs';
import { allowsPipeline } from '../../shared/tenants/rules/key-pipelines';
import { type AdvancingKind, TooMuch } from './operation-kind';
import { startingRuns } from './start-runs';

/** Of an operation whose progress is read whole by each of its deliveries. */
const mostReruns = 10_000;
/** A page of the list, in a plan. */
const runsAPage = 2_000;

/** Does a tenant's runs again that match a filter. An item is the run that is done again. */
export const bulkRerun = (deps: RerunDependencies): AdvancingKind =>
  startingRuns(
    async ({ tenant_id, filter: text }) => {
      if (tenant_id === null) throw new TooMuch('Runs are done again of one tenant');
      const { status, pipeline, from, to, allowed_pipelines } = parseBulkRerunFilter(text);
      const items: OperationItem[] = [];
      for (let before: { admitted_at: Date; run_id: string } | undefined; ; ) {
        const { rows } = await deps.runStatement(tenant_id, listRuns, {
          tenant_id,
          from,
          to,
          status,
          pipeline,
          before_at: before?.admitted_at ?? null,
          before_id: before?.run_id ?? null,
          limit: runsAPage,
        });
        for (const run of rows) {
          const isOver = run.ended_at !== null;
          if (isOver && allowsPipeline(allowed_pipelines, run.pipeline))
            items.push({ tenant_id, item_id: run.run_id });
        }
        if (items.length > mostReruns)
          throw new TooMuch(`More than ${mostReruns} runs match: expected a filter that fewer match`);
        if (rows.length < runsAPage) return items;
        before = rows.at(-1);
      }
    },
    (head) => {
      const filter = parseBulkRerunFilter(head.filter);
      const { asked_by, rerun_from, limit, allowed_pipelines } = filter;
      const operation = { operation_id: head.operation_id, started_at: head.started_at.toISOString() };
      return {
        keyId: asked_by.key_id,
        limit,
        start: ({ tenant_id, item_id }, idempotencyKey) =>
          rerunRun(
            {
              tenantId: tenant_id,
              keyId: asked_by.key_id,
              ...startedByOperation(head, asked_by),
              runId: item_id,
              rerun: { from: rerun_from },
              allowedPipelines: allowed_pipelines,
              operation,
              idempotencyKey,
            },
            deps,
          ),
      };
    },
    deps,
  );
