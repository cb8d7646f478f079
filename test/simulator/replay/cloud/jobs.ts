import { classifyFailure, type Failure, isPassing } from '../../../../shared/google/bigquery/failures';
import type { ClaimHandOver } from '../../../../shared/google/bigquery/jobs/claim-hand-over';
import type { JobOutcome } from '../../../../shared/google/bigquery/jobs/job-outcome';
import type { JobRequest } from '../../../../shared/google/bigquery/jobs/job-request';
import type { RunJob } from '../../../../shared/google/bigquery/jobs/run-job';
import type { OpenJobs } from '../../../../shared/google/bigquery/jobs/tenant-jobs';
import { notInTime, runWasOver, stillRunning } from '../../../../shared/google/bigquery/jobs/wait-for-job';
import { unlessAborted } from '../../../../shared/support/time-limits';
import type { Chance } from '../time/chance';
import type { VirtualTime } from '../time/virtual-time';
import { type MakeCall, notFoundError, type Trouble } from '../world/calls';
import type { Life } from '../world/life';
import type { Observer } from './observer';
import type { PutBack } from './put-back';

/** A job under the id that names its effect. It takes effect once, at its end, or never. */
interface Job {
  readonly request: JobRequest;
  readonly createdAt: number;
  endedAt: number | undefined;
  failure: Failure | undefined;
  readonly onEnd: (() => void)[];
}

export interface JobsModel {
  readonly runJob: (life: Life) => RunJob;
  readonly openJobs: (life: Life) => OpenJobs;
  readonly claimHandOver: (life: Life) => ClaimHandOver;
  readonly underWay: () => number;
}

const requestLatencyMs = [50, 900] as const;
const noticeLatencyMs = [20, 600] as const;
/** How long a job takes, by the last part of its pipeline's name. */
const durationMs: Readonly<Record<string, readonly [number, number]>> = { long: [60_000, 2_700_000] };
const usualDurationMs = [300, 40_000] as const;
/** How long a job that is asked to stop goes on, in milliseconds. */
const stopMs = [100, 12_000] as const;
const longestStopMs = 10_000;

const divided: Failure = {
  kind: 'permanent',
  code: 'invalid_query',
  reason: 'invalidQuery',
  message: 'division by zero',
};
const brokeDown: Failure = {
  kind: 'transient',
  code: 'unavailable',
  reason: 'backendError',
  message: 'The job broke down',
};
const stopped: Failure = { ...runWasOver, message: 'Job execution was cancelled' };

export function createJobsModel(world: {
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly trouble: Trouble;
  readonly call: MakeCall;
  readonly observer: Observer;
  readonly putBack: PutBack;
}): JobsModel {
  const { time, chance, trouble, call, observer, putBack } = world;
  const jobs = new Map<string, Job>();
  /** Who has taken the job id that stands for a hand-over. */
  const claims = new Map<string, object>();
  let underWay = 0;

  function end(job: Job, failure: Failure | undefined): void {
    if (job.endedAt !== undefined) return;
    job.endedAt = time.now();
    job.failure = failure;
    underWay--;
    const { datasetId, labels, work } = job.request;
    const writes = work.kind === 'load' || (work.kind === 'query' && work.destination !== undefined);
    if (failure === undefined && writes) observer.effect(datasetId, labels.run ?? '', labels.step ?? '');
    for (const notify of job.onEnd.splice(0)) notify();
  }

  function start(request: JobRequest): Job {
    const job: Job = { request, createdAt: time.now(), endedAt: undefined, failure: undefined, onEnd: [] };
    jobs.set(request.jobId, job);
    observer.started(request.datasetId, request.labels.run ?? '');
    underWay++;
    const kind = request.labels.pipeline?.split('/').at(-1) ?? '';
    const failure = request.labels.step === 'divide' ? divided : undefined;
    const breaksDown = chance.happens(trouble.faultRate);
    time.after(chance.mostlyShort(...(durationMs[kind] ?? usualDurationMs)), undefined, () =>
      end(job, breaksDown ? brokeDown : failure),
    );
    return job;
  }

  const stop = (job: Job) => time.after(chance.between(...stopMs), undefined, () => end(job, stopped));

  const runJob =
    (life: Life): RunJob =>
    async (request, signal) => {
      signal?.throwIfAborted();
      try {
        return await startAndWait(life, request, signal);
      } catch (error) {
        signal?.throwIfAborted();
        const failure = classifyFailure(error);
        return { status: 'unknown', mayHaveStarted: isPassing(failure), failure };
      }
    };

  async function startAndWait(
    life: Life,
    request: JobRequest,
    signal: AbortSignal | undefined,
  ): Promise<JobOutcome> {
    let found: { readonly job: Job; readonly attached: boolean } | undefined;
    const { job, attached } = await call(life, {
      what: `job ${request.jobId}`,
      effects: [
        () => {
          const known = jobs.get(request.jobId);
          if (known !== undefined) found = { job: known, attached: true };
          else if (!request.attachOnly) found = { job: start(request), attached: false };
        },
      ],
      answer: () => {
        if (found === undefined) throw notFoundError(`Job ${request.jobId}`);
        return found;
      },
      latencyMs: requestLatencyMs,
    });
    const ageMs = Math.max(0, life.clock.now().getTime() - job.createdAt);
    const leftMs = attached ? (request.remainingMs?.(ageMs) ?? request.timeoutMs) : request.timeoutMs;
    const ended = await untilEnd(life, job, leftMs, request.cancelWhen, signal);
    if (ended === 'ended') return outcomeOf(job, attached, job.failure);

    const reason = ended === 'cancelled' ? runWasOver : notInTime(leftMs + ageMs);
    const asked = cancel(life, request.jobId).catch(() => undefined);
    await (signal === undefined ? asked : unlessAborted(asked, signal));
    const halted = await untilEnd(life, job, longestStopMs, undefined, signal);
    if (halted === 'ended') return outcomeOf(job, attached, job.failure === stopped ? reason : job.failure);
    return ended === 'cancelled'
      ? outcomeOf(job, attached, runWasOver)
      : { status: 'unknown', mayHaveStarted: true, failure: stillRunning };
  }

  /** Rejects with the signal's reason, or with the error of a request for the job's state. */
  function untilEnd(
    life: Life,
    job: Job,
    leftMs: number,
    cancelWhen: AbortSignal | undefined,
    signal: AbortSignal | undefined,
  ): Promise<'ended' | 'late' | 'cancelled'> {
    return new Promise((resolve, reject) => {
      const settle = (settled: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        cancelWhen?.removeEventListener('abort', onCancel);
        settled();
      };
      const onAbort = () => settle(() => reject(signal?.reason));
      const onCancel = () => settle(() => resolve('cancelled'));
      const timer = setTimeout(() => settle(() => resolve('late')), Math.max(0, leftMs));
      const notice = () =>
        time.after(chance.mostlyShort(...noticeLatencyMs), life, () => settle(() => resolve('ended')));
      if (job.endedAt !== undefined) notice();
      else job.onEnd.push(notice);
      if (chance.happens(trouble.faultRate / 2)) {
        const error = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
        time.after(chance.mostlyShort(...usualDurationMs), life, () => settle(() => reject(error)));
      }
      if (signal?.aborted) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
      if (cancelWhen?.aborted) onCancel();
      else cancelWhen?.addEventListener('abort', onCancel, { once: true });
    });
  }

  const cancel = (life: Life, jobId: string) =>
    call(life, {
      what: `cancel job ${jobId}`,
      effects: [
        () => {
          const job = jobs.get(jobId);
          if (job !== undefined && job.endedAt === undefined) stop(job);
        },
      ],
      answer: () => undefined,
      latencyMs: requestLatencyMs,
    });

  return {
    runJob,
    openJobs: (life) => async () => ({
      place: { projectId: 'simulated', location: 'US' },
      find: (jobId) =>
        call(life, {
          what: `state of job ${jobId}`,
          effects: [],
          answer: () => {
            const job = jobs.get(jobId);
            if (job === undefined) return undefined;
            const ended = job.failure === undefined ? 'completed' : 'failed';
            const state = job.endedAt === undefined ? 'under way' : ended;
            return { state, createdAt: new Date(job.createdAt) };
          },
          latencyMs: requestLatencyMs,
        }),
      cancel: (jobId) => cancel(life, jobId),
    }),
    claimHandOver:
      (life) =>
      async ({ runId, jobId }) => {
        const owner = {};
        const isFirst = await call(life, {
          what: `claim ${jobId}`,
          effects: [
            () => {
              if (!claims.has(jobId)) claims.set(jobId, owner);
            },
          ],
          answer: () => putBack.has('unclaimed-hand-over') || claims.get(jobId) === owner,
          latencyMs: requestLatencyMs,
        });
        if (isFirst) observer.handedOver(runId, jobId);
        return isFirst;
      },
    underWay: () => underWay,
  };
}

function outcomeOf(
  { request, createdAt, endedAt }: Job,
  attached: boolean,
  failure: Failure | undefined,
): JobOutcome {
  const startedAt = new Date(createdAt);
  const times = { startedAt, endedAt: endedAt === undefined ? undefined : new Date(endedAt) };
  if (failure !== undefined) {
    const statistics = { rowsWritten: 0, bytesProcessed: 0, bytesBilled: 0, ...times };
    return { status: 'failed', attached, statistics, failure };
  }
  const statistics = { rowsWritten: 1, bytesProcessed: 1_000, bytesBilled: 10_485_760, ...times };
  const wantsRows = request.work.kind === 'query' && request.work.wantsRows;
  return { status: 'completed', attached, statistics, rows: wantsRows ? [{ row_count: '1' }] : [] };
}
