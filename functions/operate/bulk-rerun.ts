import { parseBulkRerunFilter } from '../../shared/operations/rules/bulk-rerun';
import { startedByOperation } from '../../shared/operations/rules/started-runs';
import { type RerunDependencies, rerunRun } from '../../shared/runs/rerun/rerun-run';
import { listRunsToRerun } from '../../shared/sql/runs/list-runs-to-rerun';
import { type AdvancingKind, TooMuch } from './operation-kind';
import { startingRuns } from './start-runs';

/** Of an operation whose progress is read whole by each of its deliveries. */
const mostReruns = 10_000;

/**
 * Does a tenant's runs again that match a filter and have not been done again yet. An item is the run that is done
 * again.
 */
export const bulkRerun = (deps: RerunDependencies): AdvancingKind =>
  startingRuns(
    async ({ tenant_id, filter: text }) => {
      if (tenant_id === null) throw new TooMuch('Runs are done again of one tenant');
      const { status, pipeline, from, to, allowed_pipelines } = parseBulkRerunFilter(text);
      const limit = mostReruns + 1;
      const filter = { tenant_id, from, to, status, pipeline, pipelines: allowed_pipelines, limit };
      const { rows } = await deps.runStatement(tenant_id, listRunsToRerun, filter);
      if (rows.length > mostReruns)
        throw new TooMuch(`More than ${mostReruns} runs match: expected a filter that fewer match`);
      return rows.map(({ run_id }) => ({ tenant_id, item_id: run_id }));
    },
    (head) => {
      const filter = parseBulkRerunFilter(head.filter);
      const { asked_by, rerun_from, limit, allowed_pipelines } = filter;
      const operation = { operation_id: head.operation_id, started_at: head.started_at.toISOString() };
      return {
        keyId: asked_by.key_id,
        limit,
        start: ({ tenant_id, item_id }, asItem) =>
          rerunRun(
            {
              tenantId: tenant_id,
              keyId: asked_by.key_id,
              ...startedByOperation(head, asked_by),
              runId: item_id,
              rerun: { from: rerun_from },
              allowedPipelines: allowed_pipelines,
              operation,
              ...asItem,
            },
            deps,
          ),
      };
    },
    deps,
  );
