import type { Tier } from '../../shared/definitions/tiers';
import type { createBigQuery } from '../../shared/google/bigquery/bigquery-client';
import { createEstimateQuery } from '../../shared/google/bigquery/jobs/estimate-query';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { createReadAdmissionState } from '../../shared/google/bigquery/tables/read-admission-state';
import { createReadColumns } from '../../shared/google/bigquery/tables/read-columns';
import { createFindFiles } from '../../shared/google/storage/find-files';
import { createReadFileStarts } from '../../shared/google/storage/read-file-starts';
import { createPlanSteps } from '../../shared/pipelines/plan/plan-steps';
import { planRunOf } from '../../shared/runs/plan/plan-run';
import type { RunRequest } from '../../shared/runs/start-run';
import { readWatermark } from '../../shared/sql/runs/read-watermark';

/** What dry runs go by besides the definitions. */
export interface PlanningSettings {
  readonly tiers: Readonly<Record<string, Tier>>;
  /** As the worker has them. */
  readonly allowedSources: readonly string[];
  readonly httpHosts: readonly string[];
  readonly notifyTopics: readonly string[];
}

export interface PlanRunSetUp extends PlanningSettings {
  readonly bigquery: ReturnType<typeof createBigQuery>;
  readonly pricePerTib: number;
  readonly currency: string;
  readonly runStatement: RunStatement;
  readonly newId: () => string;
  readonly now: () => Date;
}

/** What the route of dry runs calls. It is loaded with the first of them. */
export function composePlanRun({ bigquery, runStatement, ...settings }: PlanRunSetUp) {
  const planSteps = createPlanSteps({
    ...settings,
    estimateQuery: createEstimateQuery(bigquery),
    readColumns: createReadColumns(bigquery),
    findFiles: createFindFiles(bigquery),
    readFileStarts: createReadFileStarts(bigquery),
    findWatermark: async ({ tenantId, definition }) => {
      const parameters = { tenant_id: tenantId, pipeline: definition.path };
      const { rows } = await runStatement(tenantId, readWatermark, parameters);
      return rows[0]?.watermark;
    },
  });
  const deps = { ...settings, planSteps, readAdmissionState: createReadAdmissionState(bigquery) };
  return (request: RunRequest, signal: AbortSignal) => planRunOf(request, deps, signal);
}
