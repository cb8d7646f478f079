import type { PipelineDefinition } from '../../../../shared/definitions/schemas/pipeline-schema';
import { definitionHash } from '../../../../shared/pipelines/rules/definition-hash';
import { planRerun } from '../../../../shared/runs/rerun/plan-rerun';
import { instructionsText, type RunInstructions } from '../../../../shared/runs/rules/run-instructions';
import { showRun } from '../../../../shared/runs/show-run';
import type { RecordedAttempt, RecordedRun } from '../../../../shared/sql/runs/read-run';
import { startedByKey } from '../../../support/started-by';
import { runOfYaml } from '../../pipelines/support/run-of-yaml';

const yaml = `
parameters:
  day: { type: DATE, description: The day, required: true }
steps:
  - { id: load, type: query, sql: SELECT 1 }
  - { id: build, type: query, sql: SELECT 2, needs: [load] }
`;
const withWatermark = `
watermark: { type: INT64, initial: 0, sql: SELECT 7 }
${yaml}`;
const day = { day: '2026-01-31' };
const pipelineOf = (text: string): PipelineDefinition => runOfYaml('run', text, day).definition;
const pipeline = pipelineOf(yaml);

const at = new Date('2026-11-30T12:00:00Z');
const attempt = (
  step_id: string,
  changes: Partial<RecordedAttempt> = {},
  of: PipelineDefinition = pipeline,
): RecordedAttempt => {
  const step = of.steps.find(({ id }) => id === step_id);
  return {
    step_id,
    step_type: 'query',
    attempt: 1,
    status: 'COMPLETED',
    started_at: at,
    ended_at: at,
    rows_written: 3,
    bytes_processed: 0,
    bytes_billed: 0,
    job_id: null,
    error_code: null,
    error_message: null,
    bad_records: null,
    file_format: null,
    warnings: [],
    definition_hash: step === undefined ? null : definitionHash(step, of),
    watermark: null,
    ...changes,
  };
};
const run = (changes: Partial<RecordedRun> = {}, instructions?: RunInstructions): RecordedRun => ({
  run_id: 'old',
  pipeline: 'a/b/c',
  parameters: JSON.stringify(day),
  trigger: 'api',
  request_hash: null,
  ...startedByKey,
  instructions: instructionsText(instructions),
  status: 'FAILED',
  error_code: 'invalid_query',
  error_message: null,
  failed_step: 'build',
  admitted_at: at,
  started_at: at,
  ended_at: at,
  duration_ms: 0,
  rows_written: 0,
  bytes_processed: 0,
  bytes_billed: 0,
  watermark: null,
  lease_expires_at: null,
  queued_until: null,
  queue_place: null,
  max_concurrent_pipelines: null,
  mean_run_ms: null,
  onboarding_id: null,
  attempts: [attempt('load'), attempt('build', { status: 'FAILED', definition_hash: null })],
  checks: [],
  reruns: [],
  ...changes,
});
const resume = (old: RecordedRun, of = pipeline) => planRerun(old, of, { from: 'failed_step' });
const hashOf = (id: string, of = pipeline) => attempt(id, {}, of).definition_hash;

it('from the start all steps are done again', () => {
  expect(planRerun(run(), pipeline, { from: 'start' })).toEqual({});
  expect(planRerun(run({ status: 'COMPLETED' }), pipeline, { from: 'start' })).toEqual({});
});

it('from the failed step those that have completed are left out', () => {
  const steps = { load: { run_id: 'old', hash: hashOf('load'), rows_written: 3 } };
  expect(resume(run())).toEqual({ resume: { steps } });
  expect(resume(run({ status: 'CANCELLED' }))).toEqual({ resume: { steps } });
  // One that was tried again has its last attempt's status.
  const twice = run({ attempts: [attempt('load', { status: 'FAILED' }), attempt('load', { attempt: 2 })] });
  expect(resume(twice)).toEqual({ resume: { steps } });
  expect(resume(run({ attempts: [] }))).toEqual({ resume: { steps: {} } });
});

it('a run that went on after another hands on what that one has done', () => {
  const first = { load: { run_id: 'first', hash: hashOf('load') ?? '', rows_written: 9 } };
  const old = run({ attempts: [attempt('build')] }, { resume: { steps: first } });
  expect(resume(old)).toEqual({
    resume: { steps: { ...first, build: { run_id: 'old', hash: hashOf('build'), rows_written: 3 } } },
  });
});

it.each([
  ['another text', yaml.replace('SELECT 1', 'SELECT 10'), "step 'load' is another one"],
  ['another name', yaml.replaceAll('load', 'fetch'), "step 'load' is gone"],
  [
    'other parameters',
    yaml.replace('DATE', 'STRING'),
    "the parameters of step 'load' are declared otherwise",
  ],
  [
    'a watermark now',
    `watermark: { type: INT64, initial: 0, sql: SELECT 1 }${yaml}`,
    "the parameters of step 'load' are declared otherwise",
  ],
])('is refused where a step that has completed is %s', (_, text, changed) => {
  const other = pipelineOf(text);
  expect(() => resume(run(), other)).toThrow(
    expect.objectContaining({
      code: 'steps_changed',
      members: { changed: expect.arrayContaining([changed]) },
    }),
  );
});

it('a step that has failed may change, and what it was need not be known', () => {
  expect(resume(run(), pipelineOf(yaml.replace('SELECT 2', 'SELECT 20')))).toMatchObject({
    resume: { steps: { load: {} } },
  });
  const unknown = run({ attempts: [attempt('load', { definition_hash: null })] });
  expect(() => resume(unknown)).toThrow("what step 'load' was is not recorded");
});

it('is refused where no step has failed', () => {
  expect(() => resume(run({ status: 'COMPLETED' }))).toThrow(
    expect.objectContaining({ code: 'run_not_failed' }),
  );
});

describe('With a watermark', () => {
  const marked = pipelineOf(withWatermark);
  const read = attempt('watermark-read', { watermark: '5' });
  const done = attempt('load', {}, marked);

  it('what is left begins where the steps that are done have begun', () => {
    expect(resume(run({ attempts: [done, read] }), marked).resume).toMatchObject({ watermark: '5' });
    const steps = { load: { run_id: 'first', hash: done.definition_hash ?? '', rows_written: 0 } };
    const second = run({ attempts: [] }, { resume: { steps, watermark: '4' } });
    expect(resume(second, marked).resume).toEqual({ steps, watermark: '4' });
    expect(() => resume(run({ attempts: [done] }), marked)).toThrow(
      'the watermark that it began with is not recorded',
    );
    // Nothing is done, so it may begin with the one that is recorded by now.
    expect(resume(run({ attempts: [read] }), marked)).toEqual({ resume: { steps: {} } });
  });

  it('a run can be told where to begin, and whether it records how far it came', () => {
    const from = (watermark: string | number, record_watermark?: boolean) =>
      planRerun(run(), marked, { from: 'start', watermark, record_watermark }).watermark;
    expect(from(3)).toEqual({ from: '3', record: false });
    expect(from('3', true)).toEqual({ from: '3', record: true });
    expect(() => from('three')).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    const told = run({}, { watermark: { from: '2', record: false } });
    expect(planRerun(told, marked, { from: 'start' })).toEqual({ watermark: { from: '2', record: false } });
    expect(planRerun(told, marked, { from: 'start', watermark: 1 })).toEqual({
      watermark: { from: '1', record: false },
    });
  });

  it.each([
    ['a pipeline that has none', pipeline, { from: 'start', watermark: 1 }],
    ['the rest of a run', marked, { from: 'failed_step', watermark: 1 }],
    ['a record without a beginning', marked, { from: 'start', record_watermark: true }],
  ] as const)('is refused for %s', (_, of, asked) => {
    expect(() => planRerun(run(), of, asked)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });

  it('a run that found nothing new says where it began, unless it was told to', () => {
    const nothing = { status: 'COMPLETED', rows_written: 0, error_code: null } as const;
    const warnings = (changes: Partial<RecordedRun>) =>
      showRun('acme', run({ attempts: [done], ...changes })).warnings;
    expect(warnings({ ...nothing, attempts: [read, done] })).toEqual([
      'It wrote no rows, and began at the recorded watermark 5: a past day takes a watermark of its own.',
    ]);
    expect(warnings({ ...nothing, attempts: [read, done], rows_written: 1 })).toEqual([]);
    expect(warnings({ attempts: [read, done] })).toEqual([]);
    expect(warnings(nothing)).toEqual([]);
  });
});
