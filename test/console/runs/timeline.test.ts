import type { Run, RunEvent } from '../../../client';
import { afterEvent } from '../../../console/runs/run/live-run';
import {
  type Bar,
  inOrder,
  placeInSpan,
  type TimelineRow,
  ticksOf,
  timelineOf,
} from '../../../console/runs/run/timeline';
import { costOf, pageOfJob, stepWord, tookMs, waitedMs } from '../../../console/runs/run-facts';

const begin = Date.parse('2026-11-30T10:00:00Z');
const at = (seconds: number): string => new Date(begin + seconds * 1_000).toISOString();
const past = (seconds: number): number => begin + seconds * 1_000;

type Step = Run['steps'][number];

const step = (step_id: string, status: Step['status'], given: Partial<Step> = {}): Step => ({
  step_id,
  type: 'query',
  status,
  attempts: 0,
  attempt_details: [],
  started_at: null,
  ended_at: null,
  duration_ms: null,
  rows_written: null,
  bytes_processed: null,
  bytes_billed: null,
  error_code: null,
  error_message: null,
  bad_records: null,
  file_format: null,
  warnings: [],
  reused_from: null,
  ...given,
});

const run = (given: Partial<Run>): Run => ({
  run_id: 'r1',
  tenant_id: 'acme_001',
  pipeline: 'a/b/c',
  trigger: 'api',
  status: 'ADMITTED',
  error_code: null,
  error_message: null,
  failed_step: null,
  admitted_at: at(0),
  started_at: null,
  ended_at: null,
  duration_ms: null,
  rows_written: null,
  bytes_processed: null,
  bytes_billed: null,
  parameters: null,
  started_by: null,
  watermark: null,
  watermark_from: null,
  rerun_of: null,
  reruns: [],
  operation_id: null,
  handed_on_at: null,
  lease_expires_at: null,
  queue: null,
  warnings: [],
  bigquery_price_per_tib: 6.25,
  currency: 'USD',
  steps: [],
  checks: [],
  ...given,
});

type Attempt = Step['attempt_details'][number];

/** Attempts that began and ended at these seconds: null while one runs. */
const tried = (...attempts: readonly (readonly [Attempt['status'], number | null, number | null])[]) => ({
  attempt_details: attempts.map(
    ([status, from, to], index): Attempt => ({
      attempt: index + 1,
      status,
      started_at: from === null ? null : at(from),
      ended_at: to === null ? null : at(to),
      rows_written: null,
      bytes_processed: null,
      bytes_billed: null,
      error_code: null,
      error_message: null,
    }),
  ),
  started_at: attempts[0]?.[1] == null ? null : at(attempts[0][1]),
  ended_at: attempts.at(-1)?.[2] == null ? null : at(Number(attempts.at(-1)?.[2])),
});

const needs = new Map([
  ['build', ['load']],
  ['check', ['build']],
]);

const barText = ({ from, to, kind, isOpen }: Bar) =>
  `${(from - begin) / 1_000} to ${(to - begin) / 1_000} ${kind}${isOpen ? ' on' : ''}`;
const barsOf = (row: TimelineRow): readonly Bar[] => (row.kind === 'wait' ? [row.bar] : row.bars);
const told = (shown: Run, now: number) =>
  timelineOf(shown, needs, past(now)).rows.map(
    (row) => `${row.id}: ${barsOf(row).map(barText).join(', ') || 'none'}`,
  );

describe('A run’s timeline', () => {
  it('shows the queue while it waits there', () => {
    expect(told(run({ status: 'QUEUED' }), 30)).toEqual(['queue: 0 to 30 waits on']);
  });

  it('shows how long it waited, and that it has not begun', () => {
    expect(told(run({ handed_on_at: at(20), steps: [step('load', 'PENDING')] }), 30)).toEqual([
      'queue: 0 to 20 waits',
      'start: 20 to 30 waits on',
      'load: none',
    ]);
  });

  it('shows each attempt, and how long the one takes that is under way', () => {
    const steps = [
      step('load', 'COMPLETED', tried(['FAILED', 1, 2], ['COMPLETED', 3, 4])),
      step('build', 'RUNNING', tried(['FAILED', 5, 6], ['RUNNING', 7, null])),
      step('check', 'PENDING'),
    ];
    expect(told(run({ steps }), 9)).toEqual([
      'start: 0 to 1 waits',
      'load: 1 to 2 bad, 3 to 4 good',
      'build: 5 to 6 bad, 7 to 9 live on',
      'check: none',
    ]);
  });

  it('ends with the run, not with the clock', () => {
    const steps = [step('load', 'FAILED', tried(['FAILED', 0, 5]))];
    const over = run({ status: 'FAILED', started_at: at(0), ended_at: at(6), steps });
    expect(told(over, 500)).toEqual(['load: 0 to 5 bad']);
    expect(timelineOf(over, needs, past(500))).toMatchObject({ from: past(0), to: past(6) });
  });

  it('has no step still running in a run that was cancelled', () => {
    const steps = [step('load', 'RUNNING', tried(['RUNNING', null, null]))];
    expect(told(run({ status: 'CANCELLED', started_at: at(1), ended_at: at(6), steps }), 500)).toEqual([
      'start: 0 to 1 waits',
      'load: 1 to 6 off',
    ]);
  });

  it('has no bar that ends before it begins, however the viewer’s clock goes', () => {
    const steps = [
      step('load', 'COMPLETED', tried(['COMPLETED', 10, 12])),
      step('build', 'RUNNING', tried(['RUNNING', 13, null])),
    ];
    for (const bar of timelineOf(run({ steps }), needs, past(-3_600)).rows.flatMap(barsOf))
      expect(bar.to).toBeGreaterThanOrEqual(bar.from);
  });

  it('puts steps behind those that they need, else by when they began', () => {
    const steps = [
      step('check', 'PENDING'),
      step('late', 'COMPLETED', { started_at: at(9) }),
      step('build', 'COMPLETED', { started_at: at(3) }),
      step('load', 'COMPLETED', { started_at: at(1) }),
    ];
    expect(inOrder(steps, needs).map(({ step_id }) => step_id)).toEqual(['load', 'build', 'late', 'check']);
  });

  it('keeps steps of a pipeline that goes in circles, or whose steps are not there', () => {
    const circle = new Map([
      ['a', ['b']],
      ['b', ['a', 'gone']],
    ]);
    expect(inOrder([step('a', 'PENDING'), step('b', 'PENDING')], circle)).toHaveLength(2);
  });

  it.each([0, 1, 40, 999, 5_000, 61_000, 3_600_000, 90_000_000])(
    'has at most seven ticks in %d ms',
    (span) => {
      const ticks = ticksOf(span);
      expect(ticks.length).toBeGreaterThan(0);
      expect(ticks.length).toBeLessThanOrEqual(7);
      expect(ticks.at(-1)).toBeLessThanOrEqual(span);
    },
  );

  it('keeps the shortest bar in view', () => {
    const { start, size } = placeInSpan({ from: 100, to: 100 }, { from: 0, to: 100 });
    expect(size).toBeGreaterThan(0);
    expect(start + size).toBeLessThanOrEqual(100);
  });
});

describe('A run that is followed', () => {
  const running: RunEvent = { event: 'step', id: '1', data: step('load', 'RUNNING') };
  const done: RunEvent = { event: 'step', id: '2', data: step('load', 'COMPLETED', { rows_written: 3 }) };

  it('has each step once, as it was told last', () => {
    const seen = [running, done, done].reduce(
      afterEvent,
      run({ steps: [step('load', 'PENDING'), step('build', 'PENDING')] }),
    );
    expect(seen.steps.map(({ step_id, status }) => `${step_id} ${status}`)).toEqual([
      'load COMPLETED',
      'build PENDING',
    ]);
  });

  it('has steps that it had not before', () => {
    expect(afterEvent(run({}), running).steps).toHaveLength(1);
  });

  it('ends as its last event says, with the steps that were told', () => {
    const { steps, checks: _, ...end } = run({ status: 'COMPLETED', ended_at: at(9), steps: [] });
    expect(steps).toEqual([]);
    const seen = afterEvent(afterEvent(run({}), done), { event: 'end', id: 'end', data: end });
    expect(seen).toMatchObject({ status: 'COMPLETED', steps: [{ step_id: 'load' }] });
  });
});

describe('How long a run takes', () => {
  it.each([
    ['waits', run({ status: 'QUEUED' }), null, 60_000],
    ['runs', run({ handed_on_at: at(10), started_at: at(10) }), 50_000, 10_000],
    ['has run', run({ status: 'COMPLETED', duration_ms: 1_234, ended_at: at(3) }), 1_234, null],
    ['was cancelled while it waited', run({ status: 'CANCELLED', ended_at: at(3) }), 3_000, null],
  ])('one that %s', (_, shown, took, waited) => {
    expect(tookMs(shown, past(60))).toBe(took);
    expect(waitedMs(shown, past(60))).toBe(waited);
  });
});

describe('The word of a step', () => {
  it.each([
    ['PENDING', 0, 'ADMITTED', 'PENDING'],
    ['PENDING', 0, 'FAILED', 'not begun'],
    ['PENDING', 2, 'FAILED', 'not completed'],
    ['RUNNING', 0, 'CANCELLED', 'not completed'],
    ['COMPLETED', 1, 'FAILED', 'COMPLETED'],
  ] as const)('%s after %d attempts, of a run that is %s', (word, attempts, status, expected) => {
    expect(stepWord(step('build', word, { attempts }), run({ status }))).toBe(expected);
  });
});

describe('What BigQuery did for a run', () => {
  const job = { project_id: 'our-project', location: 'europe-west3', job_id: 'tp_r1_load_1' };

  it('is looked at in Google’s console, but for a local cloud', () => {
    expect(pageOfJob(job)).toBe(
      'https://console.cloud.google.com/bigquery?project=our-project&j=bq%3Aeurope-west3%3Atp_r1_load_1&page=queryresults',
    );
    expect(pageOfJob({ ...job, project_id: 'local' })).toBeUndefined();
  });

  it('costs what the run says that bytes cost', () => {
    expect(costOf(1024 ** 4 * 2, run({}))).toBe('$12.50');
    expect(costOf(null, run({}))).toBeUndefined();
  });
});
