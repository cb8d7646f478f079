import { rmSync } from 'node:fs';
import { loadPipelines } from '../../../shared/definitions/pipelines';
import { findStepJobs } from '../../../shared/runs/running-steps';
import { showSteps } from '../../../shared/runs/show-run';
import type { RecordedRun } from '../../../shared/sql/runs/read-run';
import { attemptOf } from '../../shared/runs/results/recorded-attempt';
import { startedByKey } from '../../support/started-by';
import { schemasWith } from '../support/backends';

const wide = 'test/example/wide';
const steps = Array.from({ length: 20 }, (_, index) => `{ id: s${index + 1}, type: query, sql: SELECT 1 }`);
const definition = (parallel: number) => `
description: For tests.
max_parallel_steps: ${parallel}
steps: [${steps.join(', ')}]
`;
const run: RecordedRun = {
  run_id: 'run-1',
  pipeline: wide,
  parameters: null,
  trigger: null,
  request_hash: null,
  ...startedByKey,
  status: 'ADMITTED',
  error_code: null,
  error_message: null,
  failed_step: null,
  admitted_at: new Date(),
  started_at: null,
  ended_at: null,
  duration_ms: null,
  rows_written: null,
  bytes_processed: null,
  bytes_billed: null,
  watermark: null,
  lease_expires_at: new Date(),
  queued_until: null,
  queue_place: null,
  max_concurrent_pipelines: null,
  mean_run_ms: null,
  onboarding_id: null,
  attempts: [],
  checks: [],
  reruns: [],
};

describe('The jobs of a run', () => {
  it.each([
    [15, 15],
    [2, 8],
  ])(
    'are looked for in all steps that can be under way: %d in parallel, %d looked at',
    async (parallel, looked) => {
      const schemas = schemasWith({ [wide]: definition(parallel) });
      const found = await findStepJobs(run, loadPipelines(schemas).get(wide), {
        place: { projectId: 'local', location: 'US' },
        find: async (jobId) =>
          /_s\d+_1$/.test(jobId) ? { state: 'under way', createdAt: undefined } : undefined,
        cancel: async () => undefined,
      });
      rmSync(schemas, { recursive: true });
      const ids = Array.from({ length: looked }, (_, index) => `s${index + 1}`);
      expect(found.map(({ stepId }) => stepId)).toEqual(ids);
    },
  );
});

describe('The attempts of a step', () => {
  const at = (seconds: number) => new Date(Date.UTC(2026, 10, 30, 10, 0, seconds));
  const failed = {
    ...attemptOf('s1', 1),
    status: 'FAILED' as const,
    error_code: 'unavailable',
    started_at: at(1),
    ended_at: at(2),
  };
  const running = new Map([['s1', { number: 2, jobId: 'tp_run-1_s1_2', startedAt: at(5) }]]);
  const place = { project_id: 'p', location: 'EU' };
  const tellJob = (job_id: string | null) => ({ job: job_id === null ? null : { ...place, job_id } });
  const only = (attempts: RecordedRun['attempts'], told = tellJob) =>
    showSteps({ ...run, attempts }, undefined, running, told)[0];

  it('are told one by one, the one that is under way last', () => {
    const step = only([failed]);
    expect(step).toMatchObject({ status: 'RUNNING', attempts: 1, started_at: at(1).toISOString() });
    expect(step?.attempt_details).toMatchObject([
      { attempt: 1, status: 'FAILED', ended_at: at(2).toISOString(), error_code: 'unavailable', job: null },
      {
        attempt: 2,
        status: 'RUNNING',
        started_at: at(5).toISOString(),
        ended_at: null,
        job: { ...place, job_id: 'tp_run-1_s1_2' },
      },
    ]);
  });

  it('are those on record once the step is over, whatever its jobs look like', () => {
    const step = only([
      failed,
      { ...failed, attempt: 2, error_code: 'invalid_query', job_id: 'tp_run-1_s1_2' },
    ]);
    expect(step?.attempt_details.map(({ status, job }) => [status, job?.job_id])).toEqual([
      ['FAILED', undefined],
      ['FAILED', 'tp_run-1_s1_2'],
    ]);
  });
});
