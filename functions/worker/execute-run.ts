import type { PipelineDefinition } from '../../shared/definitions/schemas/pipeline-schema';
import type { Tier } from '../../shared/definitions/tiers';
import type { RunJob } from '../../shared/google/bigquery/jobs/run-job';
import type { OpenJobs } from '../../shared/google/bigquery/jobs/tenant-jobs';
import type { Log } from '../../shared/log';
import { executePipeline } from '../../shared/pipelines/execute-pipeline';
import type { ExecutionTools } from '../../shared/pipelines/execution';
import { byteLimitOfTier, withinBudget } from '../../shared/pipelines/rules/byte-limit';
import { knownParameters, parseParameters } from '../../shared/pipelines/rules/pipeline-parameters';
import { changedSteps } from '../../shared/pipelines/rules/reused-steps';
import { failedOutcome, type RunOutcome, type Slot } from '../../shared/runs/rules/ledger-row';
import { parseInstructions } from '../../shared/runs/rules/run-instructions';
import type { RunWatch } from './watch-run';

/** A slot, with its tenant's onboarding and tier, and the location of the tenant's dataset. */
export type OnboardedSlot = Slot & {
  readonly onboarding_id: string | null;
  readonly subscription_tier: string | null;
  /** Of the tenant's byte budget, as the run begins. null: there is none. */
  readonly bytes_left: number | null;
  readonly location: string | undefined;
};

export interface RunTools extends ExecutionTools {
  readonly tiers: Readonly<Record<string, Tier>>;
  readonly openJobs: OpenJobs;
}

/**
 * Executes the pipeline of an admitted run. The slot's parameters are checked again, because a deployment may
 * have changed the definition since the admission. Throws a TransientFailure where a later delivery can go
 * on, and the signal's reason once that is aborted. The run's jobs then go on, unless the run is over.
 */
export async function executeRun(
  tenantId: string,
  slot: OnboardedSlot,
  definition: PipelineDefinition,
  { tiers, openJobs, ...tools }: RunTools,
  watch: RunWatch,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const parsed = parseParameters(
    definition.parameters,
    knownParameters(definition.parameters, slot.parameters),
  );
  if (!parsed.ok) {
    return failedOutcome('invalid_parameters', parsed.problems.map(({ message }) => message).join(' '));
  }
  const instructions = parseInstructions(slot.instructions);
  const changed = changedSteps(definition, instructions);
  if (changed.length > 0) {
    const message = `The run cannot go on after the one before it, because of a deployment since then: ${changed.join('; ')}.`;
    return failedOutcome('steps_changed', message);
  }
  const run = {
    runId: slot.run_id,
    onboardingId: slot.onboarding_id,
    tenantId,
    datasetId: tenantId,
    location: slot.location,
    definition,
    parameters: parsed.values,
    leaseExpiresAt: slot.lease_expires_at,
    instructions,
    byteLimit: withinBudget(byteLimitOfTier(tiers, slot.subscription_tier), slot.bytes_left),
  };
  const runJob = stoppable(tools.runJob, watch, openJobs, tools.log);
  return executePipeline(run, { ...tools, runJob, beforeStep: watch.look }, signal);
}

/**
 * Like `runJob`, but stops the job that is under way once its run is over: it would go on and take effect.
 * Where the signal is aborted for another reason, the job goes on.
 */
const stoppable =
  (runJob: RunJob, watch: RunWatch, openJobs: OpenJobs, log: Log): RunJob =>
  async (request, signal) => {
    try {
      return await runJob(request, signal);
    } catch (error) {
      if (watch.signal.aborted) await stop(request.datasetId, request.jobId);
      throw error;
    }

    async function stop(datasetId: string, jobId: string): Promise<void> {
      try {
        await (await openJobs(datasetId)).cancel(jobId);
      } catch (error) {
        log('WARNING', 'A job of a run that is over could not be stopped', {
          tenant_id: datasetId,
          job_id: jobId,
          error,
        });
      }
    }
  };
