import { z } from 'zod';
import type { PipelineDefinition } from '../../shared/definitions/schemas/pipeline-schema';
import type { Tier } from '../../shared/definitions/tiers';
import type { OpenJobs } from '../../shared/google/bigquery/jobs/tenant-jobs';
import { executePipeline } from '../../shared/pipelines/execute-pipeline';
import type { ExecutionTools } from '../../shared/pipelines/execution';
import { byteLimitOfTier } from '../../shared/pipelines/rules/byte-limit';
import { parseParameters } from '../../shared/pipelines/rules/pipeline-parameters';
import { failedOutcome, type RunOutcome } from '../../shared/runs/ledger-row';
import { stoppable } from './stoppable-jobs';
import type { RunWatch } from './watch-run';
import type { OnboardedSlot } from './work-on-run';

export interface RunTools extends ExecutionTools {
  readonly tiers: Readonly<Record<string, Tier>>;
  readonly openJobs: OpenJobs;
}

/**
 * Executes the pipeline of an admitted run. The slot's parameters are checked again: the definition may have changed
 * since the admission, by a deployment. Throws a TransientFailure where a later delivery can go on, and once the signal is aborted: its
 * jobs go on then, unless the run is over.
 */
export async function executeRun(
  tenantId: string,
  slot: OnboardedSlot,
  definition: PipelineDefinition,
  { tiers, openJobs, ...tools }: RunTools,
  watch: RunWatch,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const parsed = parseParameters(definition.parameters, knownParameters(slot, definition));
  if (!parsed.ok) {
    return failedOutcome('invalid_parameters', parsed.problems.map(({ message }) => message).join(' '));
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
    byteLimit: byteLimitOfTier(tiers, slot.subscription_tier),
  };
  const runJob = stoppable(tools.runJob, watch, openJobs, tools.log);
  return executePipeline(run, { ...tools, runJob, beforeStep: watch.look }, signal);
}

const parametersSchema = z.record(z.string(), z.unknown());

/** A parameter that the definition no longer has was right when the run was admitted, and means nothing now. */
function knownParameters({ parameters }: OnboardedSlot, definition: PipelineDefinition): object {
  const given = parametersSchema.parse(JSON.parse(parameters ?? '{}'));
  return Object.fromEntries(Object.entries(given).filter(([name]) => name in definition.parameters));
}
