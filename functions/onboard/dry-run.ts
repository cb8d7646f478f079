import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineDefinition } from '../../shared/definitions/schemas/pipeline-schema';
import { isRetryable } from '../../shared/google/bigquery/failures';
import type { RunJob } from '../../shared/google/bigquery/jobs/run-job';
import type { Log } from '../../shared/log';
import { executePipeline } from '../../shared/pipelines/execute-pipeline';
import { type PipelineOutcome, TransientFailure } from '../../shared/pipelines/execution';
import { parseParameters } from '../../shared/pipelines/rules/pipeline-parameters';
import { type Clock, steadyTime } from '../../shared/support/clock';

export const dryRunPipeline = 'gcp/example/dryrun';

export interface DryRunResult {
  /** `SKIPPED`: the deployment does not have the pipeline. */
  readonly dryrun_status: 'COMPLETED' | 'FAILED' | 'SKIPPED';
  /** What failed; null if nothing did. */
  readonly dryrun_error: {
    readonly code: string;
    readonly message: string;
    readonly step: string | null;
  } | null;
}

/**
 * Tries a tenant that has just been onboarded, within `timeMs`, but 10 s at most. Never throws, because the
 * tenant exists in any case.
 */
export type DryRun = (tenant: OnboardedDataset, timeMs?: number) => Promise<DryRunResult>;

export interface OnboardedDataset {
  readonly tenant_id: string;
  readonly location: string;
  /** The key of this onboarding: it gives each onboarding a dry run, and jobs, of its own. */
  readonly api_key_id: string;
}

export interface DryRunDependencies {
  readonly definition: PipelineDefinition | undefined;
  readonly runJob: RunJob;
  readonly clock: Clock;
  readonly log: Log;
}

/** More than it takes, where BigQuery is well. In milliseconds. */
const longestMs = 10_000;

/**
 * Executes the pipeline as a worker would, but without admission, slot or ledger row: it is no run, nothing
 * counts it, and the conservation law does not include it. Step records are left out, too, because streaming
 * to a table can answer 404 for some seconds after the table was made.
 */
export const createDryRun =
  (deps: DryRunDependencies): DryRun =>
  async (tenant, timeMs = longestMs) => {
    if (deps.definition === undefined) return { dryrun_status: 'SKIPPED', dryrun_error: null };
    const result = await dryRun(tenant, deps.definition, Math.min(timeMs, longestMs), deps);
    if (result.dryrun_error !== null) {
      const { code, message, step } = result.dryrun_error;
      deps.log('WARNING', `The dry run of an onboarding failed: ${message}`, {
        tenant_id: tenant.tenant_id,
        pipeline: dryRunPipeline,
        error_code: code,
        step,
      });
    }
    return result;
  };

async function dryRun(
  { tenant_id, location, api_key_id }: OnboardedDataset,
  definition: PipelineDefinition,
  timeMs: number,
  { runJob, clock, log }: DryRunDependencies,
): Promise<DryRunResult> {
  const parsed = parseParameters(definition.parameters, {});
  if (!parsed.ok)
    return failed('invalid_parameters', parsed.problems.map(({ message }) => message).join(' '));
  const signal = AbortSignal.timeout(Math.ceil(timeMs));
  const now = steadyTime(clock);
  const run = {
    runId: `onboarding-${api_key_id}`,
    tenantId: tenant_id,
    datasetId: tenant_id,
    location,
    definition,
    parameters: parsed.values,
    leaseExpiresAt: new Date(now().getTime() + timeMs),
  };
  const tools = {
    runJob,
    appendRows: async () => undefined,
    now,
    random: Math.random,
    sleep: async (milliseconds: number) => {
      await sleep(milliseconds, undefined, { signal });
    },
    log,
  };
  try {
    return resultOf(await executePipeline(run, tools, signal));
  } catch (error) {
    if (signal.aborted)
      return failed('timed_out', `Not finished within ${Math.ceil(timeMs / 1000)} seconds.`);
    if (error instanceof TransientFailure) return failed('unavailable', error.message);
    const isPassing = isRetryable(error);
    if (!isPassing) log('ERROR', 'A dry run could not be made', { tenant_id, error });
    return failed(isPassing ? 'unavailable' : 'internal', 'It could not be made.');
  }
}

const resultOf = ({ status, errorCode, errorMessage, failedStep }: PipelineOutcome): DryRunResult =>
  status === 'COMPLETED'
    ? { dryrun_status: 'COMPLETED', dryrun_error: null }
    : failed(errorCode ?? 'internal', errorMessage ?? 'It failed.', failedStep);

const failed = (code: string, message: string, step?: string): DryRunResult => ({
  dryrun_status: 'FAILED',
  dryrun_error: { code, message, step: step ?? null },
});
