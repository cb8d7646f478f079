import type { PipelineDefinition } from '../../shared/definitions/pipeline-shape';
import type { Tier } from '../../shared/definitions/tiers';
import { byteLimitOfTier } from '../../shared/domain/byte-limit';
import { failedOutcome, type RunOutcome } from '../../shared/domain/ledger-row';
import { parseParameters } from '../../shared/domain/parameters';
import { executePipeline } from '../../shared/pipelines/execute-pipeline';
import type { ExecutionTools } from '../../shared/pipelines/execution';
import type { OnboardedSlot } from './work-on-run';

export interface RunTools extends ExecutionTools {
  readonly tiers: Readonly<Record<string, Tier>>;
}

/**
 * Executes the pipeline of an admitted run. The slot's parameters are checked again: the definition may have changed
 * since the admission. Throws a TransientFailure where a later delivery can go on, and the
 * signal's reason once that is aborted.
 */
export async function executeRun(
  tenantId: string,
  slot: OnboardedSlot,
  definition: PipelineDefinition,
  { tiers, ...tools }: RunTools,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const parsed = parseParameters(definition.parameters, JSON.parse(slot.parameters ?? '{}'));
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
  return executePipeline(run, tools, signal);
}
