import { rmSync } from 'node:fs';
import { loadPipelines } from '../../../shared/definitions/pipelines';
import { findStepJobs } from '../../../shared/runs/running-steps';
import type { RecordedRun } from '../../../shared/sql/runs/read-run';
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
        stateOf: async (jobId) => (/_s\d+_1$/.test(jobId) ? 'under way' : undefined),
        cancel: async () => undefined,
      });
      rmSync(schemas, { recursive: true });
      const ids = Array.from({ length: looked }, (_, index) => `s${index + 1}`);
      expect(found.map(({ stepId }) => stepId)).toEqual(ids);
    },
  );
});
