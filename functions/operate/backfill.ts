import { ServiceError } from '../../shared/errors';
import { datesOf, parseBackfillFilter } from '../../shared/operations/rules/backfill';
import { startedByOperation } from '../../shared/operations/rules/started-runs';
import type { RerunDependencies } from '../../shared/runs/rerun/rerun-run';
import { startRun } from '../../shared/runs/start-run';
import { type AdvancingKind, TooMuch } from './operation-kind';
import { startingRuns } from './start-runs';

/** Runs a pipeline of a tenant once for each date. An item is a date. */
export const backfill = (deps: RerunDependencies): AdvancingKind =>
  startingRuns(
    async ({ tenant_id, filter }) => {
      if (tenant_id === null) throw new TooMuch('A backfill is for one tenant');
      const { from, to, step } = parseBackfillFilter(filter);
      return datesOf(from, to, step).map((item_id) => ({ tenant_id, item_id }));
    },
    (head) => {
      const filter = parseBackfillFilter(head.filter);
      const operation = { operation_id: head.operation_id, started_at: head.started_at.toISOString() };
      return {
        keyId: filter.asked_by.key_id,
        limit: filter.limit,
        start: ({ tenant_id, item_id }, asItem) => {
          const pipeline = deps.pipelines.get(filter.pipeline);
          if (pipeline === undefined)
            throw new ServiceError(
              'pipeline_not_found',
              `There is no pipeline '${filter.pipeline}' any more`,
            );
          return startRun(
            {
              tenantId: tenant_id,
              keyId: filter.asked_by.key_id,
              ...startedByOperation(head, filter.asked_by),
              pipeline,
              parameters: { ...filter.parameters, [filter.parameter]: item_id },
              trigger: 'backfill',
              ...asItem,
              instructions: { operation, ...(filter.watermark !== null && { watermark: filter.watermark }) },
            },
            deps,
          );
        },
      };
    },
    deps,
  );
