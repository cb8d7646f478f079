import type { PipelineDefinition } from '../../definitions/schemas/pipeline-schema';
import type { OpenJobs, TenantJobs } from '../../google/bigquery/jobs/tenant-jobs';
import type { RunStatement } from '../../google/bigquery/statements/run-statement';
import { findLapsedRuns } from '../../sql/runs/find-lapsed-runs';
import type { Slot } from '../rules/ledger-row';
import { findStepJobs } from '../running-steps';
import { admissionRange } from './appended-runs';

/** What of a slot says which run it is of. */
type SlotOfRun = Pick<Slot, 'run_id' | 'pipeline' | 'instructions'>;

/** Whether there is a job of one of a run's first steps. Free of charge: a request a first step, and one an attempt of it. */
export async function hasAnyJob(
  { run_id, instructions }: SlotOfRun,
  onboarding_id: string | null,
  definition: PipelineDefinition | undefined,
  jobs: TenantJobs,
): Promise<boolean> {
  const unrecorded = { run_id, onboarding_id, instructions, attempts: [] };
  return (await findStepJobs(unrecorded, definition, jobs)).length > 0;
}

/** Whether a run that holds its slot began. Throws where that cannot be seen. */
export type HasBegun = (
  tenantId: string,
  slot: Slot & { readonly onboarding_id: string | null },
  definition: PipelineDefinition,
) => Promise<boolean>;

/**
 * By what reconcile will decide once the lease is over: a job of a first step or, only asked for where there is none,
 * an attempt of a step on record. How often a message came says nothing: a refused delivery is one, too.
 */
export const createHasBegun =
  (openJobs: OpenJobs, runStatement: RunStatement): HasBegun =>
  async (tenantId, slot, definition) => {
    const { run_id, onboarding_id, lease_expires_at } = slot;
    if (await hasAnyJob(slot, onboarding_id, definition, await openJobs(tenantId))) return true;
    const parameters = {
      tenant_id: tenantId,
      onboarding_id: onboarding_id ?? '',
      run_ids: [run_id],
      from: admissionRange([slot]).from,
      // As it will be seen then.
      now: lease_expires_at,
    };
    const { rows } = await runStatement(tenantId, findLapsedRuns, parameters);
    return rows.some(({ has_begun }) => has_begun);
  };
