import type { Run } from '../../../client';
import { logLines } from '../../../client/cli/words/logs';

const at = (second: number): string => `2026-11-30T16:00:0${second}.000Z`;

const nothing = { rows_written: null, bytes_processed: null, bytes_billed: null };
const step: Run['steps'][number] = {
  ...nothing,
  step_id: 'load',
  type: 'load',
  status: 'COMPLETED',
  attempts: 2,
  attempt_details: [],
  started_at: at(1),
  ended_at: at(2),
  duration_ms: 1_000,
  rows_written: 3,
  error_code: null,
  error_message: null,
  bad_records: 1,
  file_format: 'FOCUS 1.2',
  warnings: ['1 row was left out'],
  reused_from: null,
};
const check: Run['checks'][number] = {
  step_id: 'check',
  check_name: 'some_rows',
  type: 'row_count',
  severity: 'error',
  passed: false,
  observed: '0',
  expected: '1',
  failing_rows: null,
  message: 'There are no rows.',
};

describe('What happened in a run', () => {
  it('is told in order of time: attempts, warnings, checks and errors', () => {
    const failed = { error_code: 'check_failed', error_message: 'A check failed.' };
    const run: Run = {
      ...nothing,
      ...failed,
      run_id: 'r',
      tenant_id: 'acme',
      pipeline: 'a/b/c',
      trigger: 'api',
      status: 'FAILED',
      failed_step: 'check',
      admitted_at: at(0),
      started_at: at(1),
      ended_at: at(4),
      duration_ms: 3_000,
      parameters: null,
      started_by: { actor_kind: 'key', actor: 'k', name: null, address: null, request_id: null },
      watermark: null,
      watermark_from: null,
      rerun_of: null,
      reruns: [],
      operation_id: null,
      lease_expires_at: null,
      queue: null,
      bigquery_price_per_tib: 6.25,
      currency: 'USD',
      handed_on_at: null,
      warnings: [],
      steps: [
        {
          ...step,
          ...failed,
          step_id: 'check',
          type: 'quality',
          status: 'FAILED',
          started_at: at(2),
          ended_at: at(3),
          attempts: 1,
          rows_written: null,
          file_format: null,
          warnings: [],
        },
        step,
        { ...step, step_id: 'never', status: 'PENDING', started_at: null },
      ],
      checks: [
        check,
        { ...check, check_name: 'other', passed: true, message: null },
        { ...check, severity: 'warn', message: null },
      ],
    };
    expect(logLines(run).map(({ time, ...line }) => [time?.slice(17, 19), ...Object.values(line)])).toEqual([
      ['00', 'info', null, 'a/b/c admitted (api) by key k'],
      ['01', 'info', null, 'started'],
      ['01', 'info', 'load', 'started (load)'],
      ['02', 'info', 'check', 'started (quality)'],
      ['02', 'warning', 'load', '1 row was left out'],
      ['02', 'info', 'load', 'COMPLETED after 1.0 s, FOCUS 1.2, 3 rows, 2 attempts'],
      ['03', 'error', 'check', 'There are no rows.'],
      ['03', 'info', 'check', 'check other passed'],
      ['03', 'warning', 'check', 'check some_rows did not pass'],
      ['03', 'error', 'check', 'FAILED after 1.0 s, check_failed: A check failed.'],
      ['04', 'error', null, "FAILED after 3.0 s at step 'check' (check_failed): A check failed."],
    ]);
  });
});
