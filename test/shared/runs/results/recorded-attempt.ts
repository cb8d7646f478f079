import type { RecordedAttempt } from '../../../../shared/sql/runs/read-run';

/** What is recorded of a step's attempt that ended at 12:<minute>. */
export const attemptOf = (
  stepId: string,
  minute: number,
  change: Partial<RecordedAttempt> = {},
): RecordedAttempt => ({
  step_id: stepId,
  step_type: 'query',
  attempt: 1,
  status: 'COMPLETED',
  started_at: new Date('2026-11-01T12:00:00Z'),
  ended_at: new Date(Date.UTC(2026, 10, 1, 12, minute)),
  rows_written: 3,
  bytes_processed: 0,
  bytes_billed: 0,
  job_id: null,
  error_code: null,
  error_message: null,
  bad_records: null,
  file_format: null,
  warnings: [],
  definition_hash: null,
  watermark: null,
  ...change,
});
