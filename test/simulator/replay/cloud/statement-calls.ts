import { jobResourceSchema } from '../../../../shared/google/bigquery/jobs/job-resource';
import type { QueryAnswer } from '../../../../shared/google/bigquery/statements/query-answer';
import type { QueryCalls } from '../../../../shared/google/bigquery/statements/query-calls';
import {
  createRunStatementOver,
  type RunStatement,
} from '../../../../shared/google/bigquery/statements/run-statement';
import type { StatementForm } from '../../../../shared/sql/statement-form';
import type { Journal } from '../judge/journal';
import type { Chance } from '../time/chance';
import type { VirtualTime } from '../time/virtual-time';
import { errorOf, type MakeCall, notFoundError, type Trouble } from '../world/calls';
import type { Life } from '../world/life';
import type { PutBack } from './put-back';

/** A statement as its instance sends it. Its values are not made into JSON, which would take most of the time. */
interface AskedStatement {
  readonly dataset: string;
  readonly name: string;
  readonly form: StatementForm;
  readonly parameters: object;
}

/** What a statement does, one part after the other: others may come between the two of a script. */
export interface StatementWork {
  /** Resolves to the number of affected rows. */
  readonly change?: (() => number) | undefined;
  readonly read?: (() => readonly unknown[]) | undefined;
}

/** A statement on the server. */
interface Job {
  readonly jobId: string;
  readonly form: StatementForm;
  affectedRows: number;
  rows: readonly unknown[];
  failure: { readonly reason: string; readonly message: string } | undefined;
  isSilent: boolean;
  isOver: boolean;
  readonly onEnd: (() => void)[];
}

const changeLatencyMs = [200, 3_000] as const;
const lateWithdrawalMs = [200, 500_000] as const;
const readLatencyMs = [100, 900] as const;
const requestLatencyMs = [20, 300] as const;
const location = 'US';

/**
 * The model of jobs.query, jobs.getQueryResults and jobs.get. What sends statements and decides which answers
 * are believed is the functions' own code. A row of an answer has one cell here: the row as Google's client
 * gives it.
 */
export function createStatementCalls(world: {
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly trouble: Trouble;
  readonly journal: Journal;
  readonly call: MakeCall;
  readonly putBack: PutBack;
  /** Undefined where there is no such dataset. */
  readonly workOf: (dataset: string, statement: string, parameters: object) => StatementWork | undefined;
}): (life: Life) => RunStatement {
  const { time, chance, trouble, journal, call, putBack, workOf } = world;
  const jobs = new Map<string, Job>();
  let ids = 0;

  function end(job: Job): void {
    job.isOver = true;
    for (const notify of job.onEnd.splice(0)) notify();
  }

  /** Of a script one statement may fail: the first, which then changed nothing, or a later one. */
  function effectsOf(job: Job, { change, read }: StatementWork, what: string): (() => void)[] {
    const changing = () => {
      job.affectedRows = change?.() ?? 0;
    };
    const reading = () => {
      job.rows = read?.() ?? [];
    };
    const parts = [...(change === undefined ? [] : [changing]), ...(read === undefined ? [] : [reading])];
    if (job.form === 'script' && chance.happens(trouble.faultRate)) {
      const done = chance.between(0, 1);
      job.isSilent = chance.happens(0.5);
      parts.splice(done, parts.length, () => {
        job.failure = { reason: 'backendError', message: 'A statement of the script failed' };
        journal.note(`${what}: fails after ${done} statements${job.isSilent ? ', and does not say so' : ''}`);
      });
    }
    const last = parts.pop();
    return [
      ...parts,
      () => {
        last?.();
        end(job);
      },
    ];
  }

  /** As it is answered with 200; throws BigQuery's error. */
  function answerOf(job: Job): QueryAnswer {
    const { jobId, form, failure, isSilent, affectedRows } = job;
    const jobReference = { jobId, location };
    if (!job.isOver) return { jobComplete: false, jobReference: named(job), rows: [] };
    if (failure !== undefined && !isSilent) throw errorOf(503, failure.reason, failure.message);
    if (failure !== undefined) {
      const isBelieved = putBack.has('believed-silence');
      return {
        jobComplete: true,
        jobReference: named(job),
        rows: [],
        ...(isBelieved && { schema: { fields: [] } }),
      };
    }
    return {
      jobComplete: true,
      ...(form !== 'select' && { jobReference }),
      ...(form === 'dml' ? { numDmlAffectedRows: affectedRows } : { schema: { fields: [] } }),
      rows: job.rows.map((row) => ({ f: [{ v: row }] })),
    };
  }

  /** From here on its caller may ask for it. */
  function named(job: Job): { readonly jobId: string; readonly location: string } {
    jobs.set(job.jobId, job);
    return { jobId: job.jobId, location };
  }

  const jobOf = (jobId: string): Job => {
    const job = jobs.get(jobId);
    if (job === undefined) throw notFoundError(`Job ${jobId}`);
    return job;
  };

  /** Where withdrawals have no limit, they are late often, or the fault would take many seeds to show. */
  const isLateOnPurpose = (statement: string): boolean =>
    statement.startsWith('withdraw-') && putBack.has('late-withdrawal');
  const latencyOf = (statement: string, isRead: boolean): readonly [number, number] => {
    if (isLateOnPurpose(statement)) return lateWithdrawalMs;
    return isRead ? readLatencyMs : changeLatencyMs;
  };

  const untilOver = (life: Life, job: Job, waitMs: number): Promise<void> =>
    new Promise((resolve) => {
      if (job.isOver) return resolve();
      const timer = setTimeout(resolve, Math.max(0, waitMs));
      const notice = () => {
        clearTimeout(timer);
        resolve();
      };
      job.onEnd.push(() => time.after(chance.mostlyShort(...requestLatencyMs), life, notice));
    });

  const callsOf = (life: Life): QueryCalls<AskedStatement> => ({
    query({ dataset, name, form, parameters }, waitMs) {
      const job: Job = {
        jobId: `job-${++ids}`,
        form,
        affectedRows: 0,
        rows: [],
        failure: undefined,
        isSilent: false,
        isOver: false,
        onEnd: [],
      };
      const what = `${name} ${dataset}`;
      const work = workOf(dataset, name, parameters);
      if (work === undefined) {
        const answer = () => {
          throw notFoundError(`Dataset ${dataset}`);
        };
        return call(life, { what, effects: [], answer, latencyMs: readLatencyMs });
      }
      return call(life, {
        what,
        effects: effectsOf(job, work, `${life.name} ${what}`),
        answer: () => answerOf(job),
        latencyMs: latencyOf(name, work.change === undefined),
        mayConflict: work.change !== undefined,
        // One that is late on its way nobody can wait for.
        longestMs: isLateOnPurpose(name) ? undefined : waitMs,
      });
    },
    async results({ jobId }, page) {
      const askedAt = time.now();
      const job = await call(life, {
        what: `results of ${jobId}`,
        effects: [],
        answer: () => jobOf(jobId),
        latencyMs: requestLatencyMs,
      });
      await untilOver(life, job, 'waitMs' in page ? page.waitMs - (time.now() - askedAt) : 0);
      return answerOf(job);
    },
    job: ({ jobId }) =>
      call(life, {
        what: `job ${jobId}`,
        effects: [],
        answer: () => {
          const { isOver, failure } = jobOf(jobId);
          const status = { state: isOver ? 'DONE' : 'RUNNING', errorResult: isOver ? failure : undefined };
          return jobResourceSchema.parse({ jobReference: { jobId, location }, status });
        },
        latencyMs: requestLatencyMs,
      }),
  });

  return (life) =>
    createRunStatementOver({
      calls: callsOf(life),
      toRequest: (dataset, _, { name, form }, parameters) => ({ dataset, name, form, parameters }),
      rowsOf: ({ rows }) => rows.map(({ f }) => f[0]?.v),
      locations: { of: async () => location, forget: async () => undefined },
    });
}
