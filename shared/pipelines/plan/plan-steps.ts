import type { Step } from '../../definitions/schemas/pipeline-schema';
import { isNotFound } from '../../google/bigquery/failures';
import type { EstimateQuery } from '../../google/bigquery/jobs/estimate-query';
import type { ReadColumns } from '../../google/bigquery/tables/read-columns';
import { forEachBounded } from '../../support/for-each';
import type { RunInputs } from '../execution';
import { fillDestinationUri } from '../rules/destination-uri';
import { hostNotAllowed, topicNotAllowed } from '../rules/outside';
import type { RunSources } from '../rules/run-sources';
import { findTablesBefore, stepsBefore } from '../rules/tables-before';
import { toExportQueryWork } from '../steps/export/export-step';
import { toQualityWork } from '../steps/quality/quality-step';
import { toQueryWork } from '../steps/query/query-step';
import {
  inputsWithWatermark,
  watermarkReadId,
  watermarkReadWork,
  watermarkRecordId,
  watermarkRecordWork,
  watermarkValue,
} from '../watermark-queries';
import { type FileTools, planLoad } from './plan-load';
import { planStepQuery, type QueryToPlan } from './plan-step-query';
import { notBilled, type StepPlan, wouldFail } from './step-plan';

/** What a plan is made with: nothing that could start, write or publish anything. */
export interface PlanTools extends FileTools {
  readonly estimateQuery: EstimateQuery;
  readonly readColumns: ReadColumns;
  /** How far the last run of the pipeline came; undefined if none has recorded it. */
  readonly findWatermark: (run: RunInputs) => Promise<string | undefined>;
  readonly allowedSources: readonly string[];
  readonly httpHosts: readonly string[];
  readonly notifyTopics: readonly string[];
}

export interface PlannedStep extends StepPlan {
  readonly stepId: string;
  readonly type: Step['type'];
}

export interface PipelinePlan {
  /** In the definition's order; what reads and records a watermark is first and last. */
  readonly steps: readonly PlannedStep[];
  /** Where the run would begin. Undefined: the pipeline has no watermark. */
  readonly watermark?: string | undefined;
}

/** What a run would do, as everything is now. Throws BigQuery's error where a later call can succeed. */
export type PlanSteps = (run: RunInputs, signal: AbortSignal) => Promise<PipelinePlan>;

/** So many calls of Google's at once. */
const stepsAtOnce = 8;

export const createPlanSteps =
  (tools: PlanTools): PlanSteps =>
  async (given, signal) => {
    const { watermark } = given.definition;
    // A run that is told where to begin looks nothing up, and records only if it is told to.
    const told = given.instructions?.watermark;
    const value =
      watermark && watermarkValue(watermark, told?.from ?? (await tools.findWatermark(given))).value;
    const run = value === undefined ? given : { ...given, ...inputsWithWatermark(given, value) };
    const reads: RunSources = {
      tenantId: run.tenantId,
      datasetId: run.datasetId,
      sources: run.definition.sources,
      allowed: tools.allowedSources,
    };
    const work = run.definition.steps.map((step) => ({
      stepId: step.id,
      type: step.type,
      plan: () => planStep(run, step, reads, tools, signal),
    }));
    const ask = (id: string, query: Omit<QueryToPlan, 'stepId'>) => ({
      stepId: id,
      type: 'query' as const,
      plan: () => planStepQuery(run, { stepId: id, ...query }, tools.estimateQuery),
    });
    if (watermark !== undefined) {
      if (told === undefined)
        work.unshift(ask(watermarkReadId, { work: watermarkReadWork(run), reads: 'anything' }));
      if (told?.record !== false)
        work.push(ask(watermarkRecordId, { work: watermarkRecordWork(run, watermark), reads }));
    }
    const plans = new Map<string, PlannedStep>();
    await forEachBounded(work, stepsAtOnce, async ({ plan, ...step }) => {
      signal.throwIfAborted();
      plans.set(step.stepId, { ...step, ...(await plan()) });
    });
    return {
      steps: work.flatMap(({ stepId }) => plans.get(stepId) ?? []),
      ...(value !== undefined && { watermark: String(value) }),
    };
  };

async function planStep(
  run: RunInputs,
  step: Step,
  reads: RunSources,
  tools: PlanTools,
  signal: AbortSignal,
): Promise<StepPlan> {
  switch (step.type) {
    case 'query':
      return planStepQuery(
        run,
        { stepId: step.id, work: toQueryWork(run, step), reads },
        tools.estimateQuery,
      );
    case 'quality':
      return planStepQuery(
        run,
        { stepId: step.id, work: toQualityWork(run, step), reads },
        tools.estimateQuery,
      );
    case 'load':
      return planLoad(run, step, reads, tools, signal);
    case 'export': {
      const filled = fillDestinationUri(step.destination_uri, run);
      if ('problem' in filled) {
        const message = `Step '${step.id}' cannot write to ${step.destination_uri}: ${filled.problem}.`;
        return wouldFail({ code: 'invalid_destination', message });
      }
      if (step.sql === undefined) return planTableExport(run, step.id, step.table ?? '', tools);
      const work = toExportQueryWork(run, step, step.sql);
      return planStepQuery(run, { stepId: step.id, work, reads }, tools.estimateQuery);
    }
    case 'http':
      return tools.httpHosts.includes(new URL(step.url).host) ? notBilled() : wouldFail(hostNotAllowed(step));
    case 'notify':
      return tools.notifyTopics.includes(step.topic) ? notBilled() : wouldFail(topicNotAllowed(step));
  }
}

/** The export of a table is free of charge. */
async function planTableExport(
  { datasetId, definition: { steps } }: RunInputs,
  stepId: string,
  table: string,
  { readColumns }: PlanTools,
): Promise<StepPlan> {
  const name = table.toLowerCase();
  const [before] = findTablesBefore(steps, stepsBefore(steps, stepId), new Set([name]));
  if (before !== undefined) return notBilled({ readsTablesOf: before.madeBy });
  try {
    await readColumns(datasetId, table);
    return notBilled();
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return wouldFail({ code: 'not_found', message: `There is no table ${table}.` });
  }
}
