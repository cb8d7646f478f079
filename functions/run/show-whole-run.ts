import { findRunningSteps } from '../../shared/runs/running-steps';
import { findRecordedRun, showChecks, showRun, showSteps } from '../../shared/runs/show-run';
import type { RecordedRun } from '../../shared/sql/runs/read-run';
import type { StreamDependencies } from './stream-run';

/** A run with its steps and checks, as the API shows it: one statement. Throws `run_not_found`. */
export const showWholeRun = async (tenantId: string, runId: string, deps: StreamDependencies) =>
  wholeRun(tenantId, await findRecordedRun(tenantId, runId, deps.runStatement), deps);

/** The same of a run that was read. */
export async function wholeRun(tenantId: string, run: RecordedRun, deps: StreamDependencies) {
  const definition = deps.pipelines.get(run.pipeline);
  const running = await findRunningSteps(run, definition, () => deps.openJobs(tenantId));
  return {
    ...showRun(tenantId, run),
    steps: showSteps(run, definition, running),
    checks: showChecks(run),
  };
}
