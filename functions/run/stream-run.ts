import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineDefinition } from '../../shared/definitions/schemas/pipeline-schema';
import type { OpenJobs, TenantJobs } from '../../shared/google/bigquery/jobs/tenant-jobs';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import type { ReadKeyName } from '../../shared/google/bigquery/tables/read-key-expiries';
import type { HoldsSlot } from '../../shared/google/bigquery/tables/read-tenant-state';
import type { Write } from '../../shared/http/stream';
import { findStepJobs, type StepJob, underWay } from '../../shared/runs/running-steps';
import {
  findRecordedRun,
  isOver,
  runNotFound,
  showChecks,
  showRun,
  showSteps,
  type TellJob,
} from '../../shared/runs/show-run';
import type { RecordedRun } from '../../shared/sql/runs/read-run';
import { nameOfStarter } from './name-of-starter';
import { beginEvent, endEvent, formatEvents, type Heard, tellNews } from './run-events';
import { tellingJobs, type Viewer } from './telling-jobs';

/** All in milliseconds. */
export interface StreamPace {
  /** The pause between looks, which are free of charge, grows from one to the other while nothing happens. */
  readonly shortestMs: number;
  readonly longestMs: number;
  /** A statement reads the records this often, where looks show nothing new. */
  readonly statementMs: number;
  /** No stream is silent for longer. */
  readonly heartbeatMs: number;
  /** No stream lasts longer. Its client then connects again, and goes on where it was. */
  readonly streamMs: number;
  /** What clients are told to wait before they connect again. */
  readonly reconnectMs: number;
}

/** Streams end before the function's own timeout of 600 s. */
export const usualStreamPace: StreamPace = {
  shortestMs: 1_000,
  longestMs: 5_000,
  statementMs: 30_000,
  heartbeatMs: 15_000,
  streamMs: 480_000,
  reconnectMs: 2_000,
};

export interface StreamDependencies {
  readonly runStatement: RunStatement;
  readonly holdsSlot: HoldsSlot;
  readonly openJobs: OpenJobs;
  readonly readKeyName: ReadKeyName;
  /** By path: provider/domain/pipeline_id. */
  readonly pipelines: ReadonlyMap<string, PipelineDefinition>;
  readonly streamPace: StreamPace;
  /** What BigQuery is taken to cost for each TiB that it bills. */
  readonly pricePerTib: number;
  /** Of that price, as ISO 4217 names it. */
  readonly currency: string;
}

export interface StreamedRun {
  readonly tenantId: string;
  /** As it was when the stream began. */
  readonly run: RecordedRun;
  /** Undefined: the client has heard nothing yet. */
  readonly heard: Heard | undefined;
  readonly viewer: Viewer;
  /**
   * Throws where the client's key is no longer valid, or cannot be checked; the client then connects again.
   * It may be asked often, because it remembers.
   */
  readonly checkKey: () => Promise<unknown>;
}

/** How often a step's record is asked for after its job has ended: it may come a little later. */
const readsPerEnd = 3;

/**
 * Streams a run's events until the run is over, the stream's time is up, or the client is gone.
 *
 * Its looks are free: whether the slot is there, and the jobs of the steps that can be under way, by their
 * ids. A statement (most often 40 MB are billed) reads the records when a job has ended or the slot is gone,
 * and otherwise every 30 s: some 150 statements for a run of an hour with ten steps. Steps that are not BigQuery
 * jobs show only there.
 *
 * An open stream counts as one of its instance's requests, and lasts no longer than its key is valid: all
 * streams of a key look it up once in 30 s (10 MB).
 */
export async function streamRun(
  streamed: StreamedRun,
  deps: StreamDependencies,
  write: Write,
  gone: AbortSignal,
): Promise<void> {
  const { shortestMs, longestMs, statementMs, heartbeatMs, streamMs, reconnectMs } = deps.streamPace;
  const { tenantId, viewer, checkKey } = streamed;
  const [tellJob, name] = await Promise.all([
    tellingJobs(tenantId, viewer, deps.openJobs),
    nameOfStarter(tenantId, streamed.run, deps.readKeyName),
  ]);
  const telling = createTelling(streamed, { tellJob, name }, deps, write);
  const sinceBegin = stopwatch();
  let sinceRead = stopwatch();
  let { run } = streamed;
  let pause = shortestMs;

  await telling.begin(run, reconnectMs);
  const stepJobs = isOver(run) ? undefined : await deps.openJobs(tenantId);
  const isNewEnd = createEndings();
  while (stepJobs !== undefined && !isOver(run)) {
    const { jobs, holdsSlot } = await look(tenantId, run, stepJobs, deps);
    let hasNews = await telling.news(run, jobs);
    if (!holdsSlot || isNewEnd(jobs) || sinceRead() >= statementMs) {
      run = await readAgain(tenantId, run, deps);
      sinceRead = stopwatch();
      hasNews = (await telling.news(run, jobs)) || hasNews;
    }
    if (isOver(run)) break;
    if (sinceBegin() >= streamMs) return;
    await telling.heartbeat(heartbeatMs);
    pause = hasNews ? shortestMs : Math.min(pause * 1.5, longestMs);
    await sleep(pause, undefined, { signal: gone });
    await checkKey();
  }
  await telling.end(run);
}

/** Throws `run_not_found` for a run of that id in a later life of the tenant: it is another one. */
async function readAgain(
  tenantId: string,
  { run_id, onboarding_id }: RecordedRun,
  { runStatement }: StreamDependencies,
): Promise<RecordedRun> {
  const run = await findRecordedRun(tenantId, run_id, runStatement);
  if (run.onboarding_id !== onboarding_id) throw runNotFound(tenantId, run_id);
  return run;
}

/** Gives the milliseconds since it was made. */
function stopwatch(): () => number {
  const start = performance.now();
  return () => performance.now() - start;
}

/** Writes what the client has not heard. */
function createTelling(
  { tenantId, heard: heardBefore }: StreamedRun,
  { tellJob, name }: { readonly tellJob: TellJob; readonly name: string | null },
  deps: StreamDependencies,
  write: Write,
) {
  let heard = heardBefore ?? new Map();
  let sinceWritten = stopwatch();
  const say = async (text: string) => {
    await write(text);
    sinceWritten = stopwatch();
  };
  /** Tells what is new, and resolves to whether something was. */
  const news = async (run: RecordedRun, jobs: readonly StepJob[]): Promise<boolean> => {
    const steps = showSteps(run, deps.pipelines.get(run.pipeline), underWay(jobs), tellJob);
    const told = tellNews(steps, showChecks(run), heard);
    heard = told.heard;
    if (told.events.length > 0) await say(formatEvents(told.events));
    return told.events.length > 0;
  };
  return {
    news,
    begin: (run: RecordedRun, reconnectMs: number) => {
      const opening = heardBefore === undefined ? [beginEvent(showRun(tenantId, run, name))] : [];
      return say(`retry: ${reconnectMs}\n\n${formatEvents(opening)}`);
    },
    heartbeat: async (everyMs: number) => {
      if (sinceWritten() >= everyMs) await say(': still under way\n\n');
    },
    end: async (run: RecordedRun) => {
      await news(run, []);
      await say(formatEvents([endEvent(showRun(tenantId, run, name))]));
    },
  };
}

/**
 * Tells whether jobs have ended without a record yet, for as long as reading the records again is worth it.
 */
function createEndings(): (jobs: readonly StepJob[]) => boolean {
  let before = '';
  let reads = 0;
  return (jobs) => {
    const ended = jobs.flatMap(({ jobId, state }) => (state === 'under way' ? [] : [jobId])).join();
    reads = ended === before ? reads + 1 : 1;
    before = ended;
    return ended !== '' && reads <= readsPerEnd;
  };
}

/** Free of charge. */
async function look(
  tenantId: string,
  run: RecordedRun,
  stepJobs: TenantJobs,
  { holdsSlot, pipelines }: StreamDependencies,
): Promise<{ readonly jobs: readonly StepJob[]; readonly holdsSlot: boolean }> {
  const [jobs, isHeld] = await Promise.all([
    findStepJobs(run, pipelines.get(run.pipeline), stepJobs),
    holdsSlot(tenantId, run.onboarding_id, run.run_id),
  ]);
  return { jobs, holdsSlot: isHeld };
}
