import type { JobOutcome } from '../../../shared/google/bigquery/jobs/job-outcome';
import type { RunJob } from '../../../shared/google/bigquery/jobs/run-job';
import { executePipeline } from '../../../shared/pipelines/execute-pipeline';
import { steadyTime } from '../../../shared/support/clock';
import { createJumpingClock, hours } from '../../support/jumping-clock';
import { jobBook } from './support/job-book';
import { runOf, stepOf, toolsOf } from './support/run-of-steps';

const begin = '2026-11-01T12:00:00.000Z';
const at = (milliseconds: number) => new Date(Date.parse(begin) + milliseconds);

/** BigQuery by a clock of its own. Jobs of these steps were started before. */
function bigqueryOf(
  clock: { readonly now: () => Date; readonly pass: (milliseconds: number) => void },
  aheadMs: number,
  known: Readonly<Record<string, number>> = {},
) {
  const runJob: RunJob = async (request) => {
    const startedBefore = known[stepOf(request)];
    const statistics = { rowsWritten: 0, bytesProcessed: 0, bytesBilled: 0 };
    const created = clock.now().getTime() - (startedBefore ?? 0) + aheadMs;
    clock.pass(1_000);
    const endedAt = new Date(created + (startedBefore ?? 0) + 1_000);
    const outcome: JobOutcome = {
      status: 'completed',
      attached: startedBefore !== undefined,
      statistics: { ...statistics, startedAt: new Date(created), endedAt },
      rows: [],
    };
    return outcome;
  };
  return { ...jobBook(() => ({})), runJob };
}

describe('The times of an execution', () => {
  it.each([-2, 0, 2])(
    'are its own, and its steps’ are BigQuery’s, which is ahead by %s hours',
    async (ahead) => {
      const clock = createJumpingClock(begin);
      const { tools, rowsOf } = toolsOf(bigqueryOf(clock, hours(ahead)), { now: steadyTime(clock) });
      const outcome = await executePipeline(runOf({ a: [], b: ['a'] }), tools);
      expect(outcome).toMatchObject({ status: 'COMPLETED', startedAt: at(0), endedAt: at(2_000) });
      expect(rowsOf('step_logs').map(({ json }) => [json.started_at, json.duration_ms])).toEqual([
        [at(hours(ahead)).toISOString(), 1_000],
        [at(hours(ahead) + 1_000).toISOString(), 1_000],
      ]);
    },
  );

  it('begin with the first step that an earlier execution began', async () => {
    const clock = createJumpingClock(begin);
    const book = bigqueryOf(clock, 0, { a: 30_000 });
    const outcome = await executePipeline(
      runOf({ a: [], b: ['a'] }),
      toolsOf(book, { now: steadyTime(clock) }).tools,
    );
    expect(outcome).toMatchObject({ status: 'COMPLETED', startedAt: at(-30_000), endedAt: at(2_000) });
  });

  it.each([-2, 2])('and its timeout do not jump with the clock by %s hours', async (jump) => {
    const clock = createJumpingClock(begin);
    const book = jobBook((request) => {
      clock.jump(hours(jump));
      clock.pass(stepOf(request) === 'a' ? 50_000 : 9_000);
      return {};
    });
    const { tools, rowsOf } = toolsOf(book, { now: steadyTime(clock) });
    const outcome = await executePipeline(runOf({ a: [], b: ['a'], c: ['b'] }), tools);
    // 60 seconds: c has the last one of them.
    expect(outcome).toMatchObject({ status: 'COMPLETED', startedAt: at(0), endedAt: at(68_000) });
    expect(book.started.map(({ timeoutMs }) => timeoutMs)).toEqual([60_000, 10_000, 1_000]);
    expect(rowsOf('step_logs').map(({ json }) => json.duration_ms)).toEqual([50_000, 9_000, 9_000]);
  });

  it('take both times of a step from one clock: from here where BigQuery says only one', async () => {
    const clock = createJumpingClock(begin);
    const book = bigqueryOf(clock, hours(2));
    const runJob: RunJob = async (request) => {
      const outcome = await book.runJob(request);
      if (outcome.status !== 'completed') throw new Error('It completes');
      return { ...outcome, statistics: { ...outcome.statistics, endedAt: undefined } };
    };
    const { tools, rowsOf } = toolsOf({ ...book, runJob }, { now: steadyTime(clock) });
    await executePipeline(runOf({ a: [] }), tools);
    expect(rowsOf('step_logs').map(({ json }) => [json.started_at, json.duration_ms])).toEqual([
      [begin, 1_000],
    ]);
  });
});
