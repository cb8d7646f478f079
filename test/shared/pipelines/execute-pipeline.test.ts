import { executePipeline } from '../../../shared/pipelines/execute-pipeline';
import { TransientFailure } from '../../../shared/pipelines/execution';
import { type JobResult, jobBook } from './support/job-book';
import { runOf, stepOf, toolsOf, unavailable } from './support/run-of-steps';

describe('executing a pipeline', () => {
  it('runs each step after its needs, as a job named by run, step and attempt', async () => {
    const book = jobBook(() => ({ rowsWritten: 2 }));
    const { tools, rowsOf } = toolsOf(book);
    const outcome = await executePipeline(runOf({ a: [], b: ['a'], c: ['b'] }), tools);
    expect(outcome).toMatchObject({
      status: 'COMPLETED',
      rowsWritten: 6,
      bytesProcessed: 30,
      bytesBilled: 300,
    });
    expect(book.started.map((job) => job.jobId)).toEqual(['tp_run1_a_1', 'tp_run1_b_1', 'tp_run1_c_1']);
    expect(book.started[0]).toMatchObject({
      datasetId: 'tenant_1',
      labels: { tenant: 'tenant_1', run: 'run1', pipeline: 'a/b/c', step: 'a' },
    });
    expect(rowsOf('step_logs').map((row) => row.insertId)).toEqual(['run1-a-1', 'run1-b-1', 'run1-c-1']);
  });

  it.each([
    [4, {}],
    [2, { max_parallel_steps: 2 }],
    [1, { max_parallel_steps: 1 }],
    [6, { max_parallel_steps: 20 }],
  ])('runs independent steps at once, at most %i with %j', async (most, change) => {
    const gates: (() => void)[] = [];
    const all = new Promise<void>((resolve) => gates.push(resolve));
    let waiting = 0;
    const book = jobBook(async () => {
      waiting += 1;
      if (waiting === most) gates[0]?.();
      await all;
      return {};
    });
    const run = runOf(Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((id) => [id, []])));
    const definition = { ...run.definition, ...change };
    const outcome = await executePipeline({ ...run, definition }, toolsOf(book).tools);
    expect(outcome.steps).toHaveLength(6);
    expect(book.mostAtOnce()).toBe(most);
  });

  it('ends at a permanent failure: says why, records it, starts nothing that follows', async () => {
    const book = jobBook(
      (job): JobResult =>
        stepOf(job) === 'b' ? { reason: 'invalidQuery', message: 'Unrecognized name: nope at [1:8]' } : {},
    );
    const { tools, rowsOf } = toolsOf(book);
    const outcome = await executePipeline(runOf({ a: [], b: ['a'], c: ['b'], d: ['c'] }), tools);
    expect(outcome).toMatchObject({
      status: 'FAILED',
      failedStep: 'b',
      errorCode: 'invalid_query',
      errorMessage: "Step 'b' failed: Unrecognized name: nope at [1:8]",
    });
    expect(book.started.map(stepOf)).toEqual(['a', 'b']);
    expect(rowsOf('step_logs').at(-1)?.json).toMatchObject({ status: 'FAILED', error_code: 'invalid_query' });
  });

  it('retries under the next id after a transient end, with growing back-off', async () => {
    const results: JobResult[] = [unavailable, { reason: 'rateLimitExceeded', message: 'Slow down.' }, {}];
    const book = jobBook(() => results.shift() ?? {});
    const { tools, sleeps, rowsOf } = toolsOf(book);
    const outcome = await executePipeline(runOf({ a: [] }), tools);
    expect(outcome).toMatchObject({ status: 'COMPLETED', steps: [{ attempts: 3, bytesBilled: 300 }] });
    expect(book.started.map((job) => job.jobId)).toEqual(['tp_run1_a_1', 'tp_run1_a_2', 'tp_run1_a_3']);
    expect(sleeps).toEqual([500, 1000]);
    expect(rowsOf('step_logs').map((row) => [row.json.attempt, row.json.status])).toEqual([
      [1, 'FAILED'],
      [2, 'FAILED'],
      [3, 'COMPLETED'],
    ]);
  });

  it('uses the same id again when a request was lost: the job may exist', async () => {
    const lost = new Error('socket hang up');
    const results: JobResult[] = [{ lost }, {}];
    const book = jobBook(() => results.shift() ?? {});
    const outcome = await executePipeline(runOf({ a: [] }), toolsOf(book).tools);
    expect(outcome).toMatchObject({ status: 'COMPLETED', steps: [{ attempts: 1 }] });
    expect(book.started.map((job) => job.jobId)).toEqual(['tp_run1_a_1', 'tp_run1_a_1']);
  });

  it('throws a TransientFailure when retries are used up, and goes on when it is executed again', async () => {
    let healthy = false;
    const book = jobBook((job) => (healthy || stepOf(job) === 'a' ? {} : unavailable));
    const run = runOf({ a: [], b: ['a'] });
    await expect(executePipeline(run, toolsOf(book).tools)).rejects.toThrow(TransientFailure);
    await expect(executePipeline(run, toolsOf(book).tools)).rejects.toThrow(
      "Step 'b' after 3 tries: Try again.",
    );
    healthy = true;
    const { tools, sleeps } = toolsOf(book);
    expect(await executePipeline(run, tools)).toMatchObject({ status: 'COMPLETED' });
    // Step a ran once in all; b's jobs that had failed were passed over without waiting.
    expect(book.started.map((job) => job.jobId)).toEqual([
      'tp_run1_a_1',
      ...[1, 2, 3, 4, 5, 6, 7].map((attempt) => `tp_run1_b_${attempt}`),
    ]);
    expect(sleeps).toEqual([]);
  });

  it('runs nothing twice when it is executed again after its end', async () => {
    const book = jobBook(() => ({ rowsWritten: 1 }));
    const run = runOf({ a: [], b: ['a'] });
    const first = await executePipeline(run, toolsOf(book).tools);
    const again = toolsOf(book);
    expect(await executePipeline(run, again.tools)).toEqual(first);
    expect(book.started).toHaveLength(2);
    expect(again.rowsOf('step_logs').map((row) => row.insertId)).toEqual(['run1-a-1', 'run1-b-1']);
  });

  it('lets a permanent failure decide over a transient one', async () => {
    const book = jobBook((job) =>
      stepOf(job) === 'a' ? unavailable : { reason: 'notFound', message: 'Not found: x' },
    );
    const outcome = await executePipeline(runOf({ a: [], b: [] }), toolsOf(book).tools);
    expect(outcome).toMatchObject({ status: 'FAILED', failedStep: 'b', errorCode: 'not_found' });
  });

  it('throws the reason when it is stopped, and the next execution finds the jobs', async () => {
    const stop = new AbortController();
    const book = jobBook((job) => {
      if (stepOf(job) === 'b') stop.abort(new Error('the delivery ends'));
      return {};
    });
    const run = runOf({ a: [], b: ['a'], c: ['b'] });
    await expect(executePipeline(run, toolsOf(book).tools, stop.signal)).rejects.toThrow('the delivery ends');
    expect(book.started.map(stepOf)).toEqual(['a', 'b']);
    expect(await executePipeline(run, toolsOf(book).tools)).toMatchObject({ status: 'COMPLETED' });
    expect(book.started.filter((job) => stepOf(job) === 'a')).toHaveLength(1);
  });

  it.each([
    ['no job of one that was refused before its start', {}, null],
    ['the job that was started, though nobody may look at it any more', { started: true }, 'tp_run1_a_1'],
  ] as const)('names %s', async (_, known, jobId) => {
    const refused = { code: 400, errors: [{ reason: 'invalidQuery' }], message: 'Syntax error' };
    const lost = Object.assign(new Error(), refused);
    const { tools, rowsOf } = toolsOf(jobBook(() => ({ lost, ...known })));
    await executePipeline(runOf({ a: [] }), tools);
    expect(rowsOf('step_logs').map(({ json }) => [json.error_code, json.job_id])).toEqual([
      ['invalid_query', jobId],
    ]);
  });

  it('does not show an internal error to tenants', async () => {
    const book = jobBook(() => ({
      lost: new TypeError("Cannot read properties of undefined (reading 'x')"),
    }));
    const { tools, rowsOf } = toolsOf(book);
    const outcome = await executePipeline(runOf({ a: [] }), tools);
    expect(outcome).toMatchObject({
      errorCode: 'internal',
      errorMessage: "Step 'a' failed: an internal error.",
    });
    // There may be one: operators look at it.
    expect(rowsOf('step_logs').map(({ json }) => json.job_id)).toEqual(['tp_run1_a_1']);
  });

  it('is delivered again when its records cannot be written for now, and ends without them when they are refused', async () => {
    const book = jobBook(() => ({}));
    const failing = (error: unknown) => toolsOf(book, { appendRows: () => Promise.reject(error) }).tools;
    const later = Object.assign(new Error('Service unavailable'), { code: 503 });
    await expect(executePipeline(runOf({ a: [] }), failing(later))).rejects.toThrow(TransientFailure);
    const refused = Object.assign(new Error('Not found: Table x'), { code: 404 });
    expect(await executePipeline(runOf({ a: [] }), failing(refused))).toMatchObject({ status: 'COMPLETED' });
  });
});
