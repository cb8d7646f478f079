import type { PipelineDefinition, Step } from '../definitions/schemas/pipeline-schema';
import type { FoundJob, JobState, TenantJobs } from '../google/bigquery/jobs/tenant-jobs';
import { executionIdOf, toExtractJobId, toJobId } from '../pipelines/job-ids';
import { findReady } from '../pipelines/rules/dag';
import type { RecordedRun } from '../sql/runs/read-run';
import { isOver, type RunningAttempt, showSteps } from './show-run';

/** At least this many steps are looked at, and more where the run may have more under way at once. */
const mostSteps = 8;
/** How many attempts of a step are looked at, beyond those on record: more than a delivery makes. */
const mostAttempts = 10;

/** The newest job of a step that is not on record as over. */
export interface StepJob extends RunningAttempt {
  readonly stepId: string;
  readonly state: JobState;
}

/** What of a run says which jobs it can have. */
type RunWithJobs = Pick<RecordedRun, 'run_id' | 'onboarding_id' | 'instructions' | 'attempts'>;

/**
 * What a run's jobs show before any step record does. A job's id is made of run, step and attempt, so it can
 * be asked for without a list of jobs. This costs one request for each step that can be under way, and no
 * statement. Steps whose work is not a BigQuery job are not seen.
 */
export async function findStepJobs(
  run: RunWithJobs,
  definition: PipelineDefinition | undefined,
  jobs: TenantJobs,
): Promise<readonly StepJob[]> {
  const found = await Promise.all(
    findOpenSteps(run, definition).map((step) => findNewestJob(run, step, jobs)),
  );
  return found.filter((job) => job !== undefined);
}

/** The attempts whose jobs are under way, by their steps. Best effort: none where BigQuery cannot be asked. */
export async function findRunningSteps(
  run: RecordedRun,
  definition: PipelineDefinition | undefined,
  openJobs: () => Promise<TenantJobs>,
): Promise<ReadonlyMap<string, RunningAttempt>> {
  if (isOver(run) || run.status === 'QUEUED') return new Map();
  try {
    return underWay(await findStepJobs(run, definition, await openJobs()));
  } catch {
    return new Map();
  }
}

export const underWay = (jobs: readonly StepJob[]): ReadonlyMap<string, RunningAttempt> =>
  new Map(jobs.flatMap((job) => (job.state === 'under way' ? [[job.stepId, job]] : [])));

/** The steps that can be under way, by what is on record. */
function findOpenSteps(run: RunWithJobs, definition: PipelineDefinition | undefined): readonly Step[] {
  if (definition === undefined) return [];
  const inFlight = { ...run, status: 'ADMITTED' } as const;
  const steps = showSteps(inFlight, definition, new Map());
  const completed = new Set(
    steps.flatMap(({ step_id, status }) => (status === 'COMPLETED' ? [step_id] : [])),
  );
  const over = new Set(steps.flatMap(({ step_id, status }) => (status === 'PENDING' ? [] : [step_id])));
  return findReady(definition.steps, over, completed).slice(
    0,
    Math.max(mostSteps, definition.max_parallel_steps),
  );
}

/** Goes from attempt to attempt, because a failed one may be followed by another. */
async function findNewestJob(run: RunWithJobs, step: Step, jobs: TenantJobs): Promise<StepJob | undefined> {
  const executionId = executionIdOf({ runId: run.run_id, onboardingId: run.onboarding_id });
  const recorded = run.attempts.filter(({ step_id }) => step_id === step.id).length;
  let newest: StepJob | undefined;
  for (let attempt = recorded + 1; attempt <= recorded + mostAttempts; attempt++) {
    const jobId = toJobId(executionId, step.id, attempt);
    const found = await findAttemptsJob(step, jobId, jobs);
    if (found === undefined) return newest;
    const { createdAt = null, ...job } = found;
    newest = { ...job, stepId: step.id, number: attempt, startedAt: createdAt };
    if (newest.state !== 'failed') return newest;
  }
  return newest;
}

/** The export of a query is two jobs, one after the other. */
async function findAttemptsJob(
  step: Step,
  jobId: string,
  jobs: TenantJobs,
): Promise<(FoundJob & { readonly jobId: string }) | undefined> {
  const found = await jobs.find(jobId);
  if (found === undefined) return undefined;
  const isQuerysExport = step.type === 'export' && step.sql !== undefined;
  if (!isQuerysExport || found.state !== 'completed') return { ...found, jobId };
  const extractJobId = toExtractJobId(jobId);
  const extract = await jobs.find(extractJobId);
  // Between the two the step is under way, and the second may be started at any time.
  return { ...found, jobId: extractJobId, state: extract?.state ?? 'under way' };
}
