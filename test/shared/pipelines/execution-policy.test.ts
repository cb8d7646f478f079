import { executePipeline } from '../../../shared/pipelines/execute-pipeline';
import { TransientFailure } from '../../../shared/pipelines/execution';
import { type JobResult, jobBook } from './support/job-book';
import { runOf, start, stepOf, toolsOf, unavailable } from './support/run-of-steps';

describe('executing a pipeline', () => {
  describe('in time', () => {
    /** A clock that shows 50 s after the start once a job was started. */
    const lateAfterFirst = () => {
      let now = start;
      const book = jobBook(() => {
        now = new Date(start.getTime() + 50_000);
        return {};
      });
      return { book, now: () => now };
    };

    it('starts no step past the lease', async () => {
      const { book, now } = lateAfterFirst();
      const run = runOf({ a: [], b: ['a'] }, { leaseExpiresAt: new Date(start.getTime() + 40_000) });
      const outcome = await executePipeline(run, toolsOf(book, { now }).tools);
      expect(outcome).toMatchObject({ status: 'FAILED', failedStep: 'b', errorCode: 'lease_expired' });
      expect(book.started.map((job) => [stepOf(job), job.timeoutMs])).toEqual([['a', 40_000]]);
    });

    it('starts no step past the timeout of the pipeline', async () => {
      const { book, now } = lateAfterFirst();
      const run = runOf({ a: [], b: ['a'] });
      const definition = { ...run.definition, timeout_seconds: 45 };
      const outcome = await executePipeline({ ...run, definition }, toolsOf(book, { now }).tools);
      expect(outcome).toMatchObject({ status: 'FAILED', failedStep: 'b', errorCode: 'timed_out' });
    });

    it('counts the timeout from the first job, however often the run is handed over', async () => {
      const run = runOf({ a: [], b: ['a'] });
      const book = jobBook((job) => (stepOf(job) === 'a' ? {} : unavailable), { ageMs: 59_000 });
      await expect(executePipeline(run, toolsOf(book).tools)).rejects.toThrow(TransientFailure);
      expect(book.started.at(-1)?.timeoutMs).toBe(60_000);
      await expect(executePipeline(run, toolsOf(book).tools)).rejects.toThrow(TransientFailure);
      expect(book.started.at(-1)?.timeoutMs).toBe(1_000);
      expect(book.lastRemainingMs()).toBe(1_000);
    });

    it('after the timeout attaches to what was done in time, and starts nothing', async () => {
      const run = runOf({ a: [], b: ['a'], c: ['b'] });
      const book = jobBook((job) => (stepOf(job) === 'c' ? unavailable : {}), { ageMs: 61_000 });
      await expect(executePipeline(run, toolsOf(book).tools)).rejects.toThrow(TransientFailure);
      const jobs = book.started.length;
      const outcome = await executePipeline(run, toolsOf(book).tools);
      expect(outcome).toMatchObject({
        status: 'FAILED',
        failedStep: 'c',
        errorCode: 'timed_out',
        steps: [{ stepId: 'a', status: 'COMPLETED' }, { stepId: 'b', status: 'COMPLETED' }, { stepId: 'c' }],
      });
      expect(book.started).toHaveLength(jobs);
    });

    it('gives a step its own timeout if that is shorter', async () => {
      const run = runOf({ a: [], b: ['a'] });
      const steps = run.definition.steps.map((step) => ({ ...step, timeout_seconds: 7 }));
      const book = jobBook(() => ({}), { ageMs: 5_000 });
      const short = { ...run, definition: { ...run.definition, steps } };
      await executePipeline(short, toolsOf(book).tools);
      expect(book.started.map((job) => job.timeoutMs)).toEqual([7_000, 7_000]);
      await executePipeline(short, toolsOf(book).tools);
      expect(book.lastRemainingMs()).toBe(2_000);
    });
  });

  describe('when a step fails', () => {
    it('cancels the other steps’ jobs and names the step that failed, also when executed again', async () => {
      const book = jobBook((job) => {
        if (stepOf(job) === 'bad') return { reason: 'invalidQuery', message: 'Nope' };
        return new Promise(() => undefined);
      });
      const run = runOf({ long: [], bad: [], next: ['long'] });
      for (const _ of ['first', 'again']) {
        const outcome = await executePipeline(run, toolsOf(book).tools);
        expect(outcome).toMatchObject({ status: 'FAILED', failedStep: 'bad', errorCode: 'invalid_query' });
        expect(outcome.steps).toContainEqual(
          expect.objectContaining({
            stepId: 'long',
            status: 'FAILED',
            error: { code: 'stopped', message: "Step 'long' failed: Cancelled: the run was over." },
          }),
        );
      }
      expect(book.started.map(stepOf)).toEqual(['long', 'bad']);
    });

    it('wakes a step that waits for its next attempt', async () => {
      const book = jobBook((job) =>
        stepOf(job) === 'bad' ? { reason: 'notFound', message: 'Not found: x' } : unavailable,
      );
      const sleep = (_: number, signal?: AbortSignal) =>
        new Promise<void>((_resolve, reject) => {
          const abort = () => reject(signal?.reason);
          if (signal?.aborted) abort();
          signal?.addEventListener('abort', abort);
        });
      const outcome = await executePipeline(runOf({ wait: [], bad: [] }), toolsOf(book, { sleep }).tools);
      expect(outcome).toMatchObject({ status: 'FAILED', failedStep: 'bad' });
      expect(book.started.map((job) => job.jobId)).toEqual(['tp_run1_wait_1', 'tp_run1_bad_1']);
    });
  });

  describe('by the retry policy', () => {
    const withPolicy = (retry: object) => {
      const run = runOf({ a: [] });
      const steps = run.definition.steps.map((step) => ({ ...step, retry: { ...step.retry, ...retry } }));
      return { ...run, definition: { ...run.definition, steps } };
    };
    const overQuota = { reason: 'quotaExceeded', message: 'Quota exceeded.' };

    it('retries after the errors that it names, and ends with one that does not pass', async () => {
      const run = withPolicy({ retry_on: ['quota_exceeded'], max_attempts: 3 });
      const results: JobResult[] = [overQuota, {}];
      const lucky = jobBook(() => results.shift() ?? {});
      expect(await executePipeline(run, toolsOf(lucky).tools)).toMatchObject({ status: 'COMPLETED' });
      const unlucky = jobBook(() => overQuota);
      for (const _ of ['first', 'again']) {
        const outcome = await executePipeline(run, toolsOf(unlucky).tools);
        expect(outcome).toMatchObject({
          status: 'FAILED',
          errorCode: 'quota_exceeded',
          steps: [{ attempts: 3 }],
        });
      }
      expect(unlucky.started).toHaveLength(3);
    });

    it('ends with a passing error that it does not name', async () => {
      const book = jobBook(() => unavailable);
      const outcome = await executePipeline(withPolicy({ retry_on: ['conflict'] }), toolsOf(book).tools);
      expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'unavailable', steps: [{ attempts: 1 }] });
    });

    it('asks again for a job whose state is not known, whatever it names', async () => {
      const results: JobResult[] = [{ lost: new Error('socket hang up') }, {}];
      const book = jobBook(() => results.shift() ?? {});
      const outcome = await executePipeline(withPolicy({ retry_on: [] }), toolsOf(book).tools);
      expect(outcome).toMatchObject({ status: 'COMPLETED', steps: [{ attempts: 1 }] });
    });
  });
});
