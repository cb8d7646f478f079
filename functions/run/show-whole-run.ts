import { findRunningSteps } from '../../shared/runs/running-steps';
import { findRecordedRun, showChecks, showRun, showSteps } from '../../shared/runs/show-run';
import type { RecordedRun } from '../../shared/sql/runs/read-run';
import { nameOfStarter } from './name-of-starter';
import type { StreamDependencies } from './stream-run';
import { tellingJobs, type Viewer } from './telling-jobs';

/** A run with its steps and checks, as the API shows it: one statement. Throws `run_not_found`. */
export const showWholeRun = async (
  tenantId: string,
  runId: string,
  viewer: Viewer,
  deps: StreamDependencies,
) => wholeRun(tenantId, await findRecordedRun(tenantId, runId, deps.runStatement), viewer, deps);

/** The same of a run that was read. */
export async function wholeRun(tenantId: string, run: RecordedRun, viewer: Viewer, deps: StreamDependencies) {
  const definition = deps.pipelines.get(run.pipeline);
  const [running, tellJob, name] = await Promise.all([
    findRunningSteps(run, definition, () => deps.openJobs(tenantId)),
    tellingJobs(tenantId, viewer, deps.openJobs),
    nameOfStarter(tenantId, run, deps.readKeyName),
  ]);
  return {
    ...showRun(tenantId, run, name),
    bigquery_price_per_tib: deps.pricePerTib,
    currency: deps.currency,
    steps: showSteps(run, definition, running, tellJob),
    checks: showChecks(run),
  };
}
