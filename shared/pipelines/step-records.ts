import type { Step } from '../definitions/schemas/pipeline-schema';
import { isRetryable } from '../google/bigquery/failures';
import type { AppendedRow } from '../google/bigquery/tables/append-rows';
import { durationMs } from '../support/clock';
import {
  type ExecutionTools,
  type Recorder,
  type RunToExecute,
  type StepError,
  TransientFailure,
  type Usage,
} from './execution';
import { executionIdOf } from './job-ids';
import { definitionHash } from './rules/definition-hash';
import type { QualityResult } from './steps/quality/check-results';

/** One attempt of a step. */
export interface Attempt extends Usage {
  /** From 1, counting the attempts of all executions of the run. */
  readonly number: number;
  readonly jobId: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly error?: StepError | undefined;
  /** Rows that were left out, as the step allows. */
  readonly badRecords?: number | undefined;
  /** What the files looked like by their columns. */
  readonly fileFormat?: string | undefined;
  /** What whoever started the run should know though the step went on. */
  readonly warnings?: readonly string[] | undefined;
  /** The watermark that was read. */
  readonly watermark?: string | undefined;
}

/** The row of step_logs. An attempt that is recorded twice has the same insertId and the same values. */
export function toStepLogRow(run: RunToExecute, step: Step, attempt: Attempt, recordedAt: Date): AppendedRow {
  return {
    insertId: `${executionIdOf(run)}-${step.id}-${attempt.number}`,
    json: {
      ...runColumns(run),
      step_id: step.id,
      step_type: step.type,
      attempt: attempt.number,
      status: attempt.error ? 'FAILED' : 'COMPLETED',
      job_id: attempt.jobId,
      started_at: attempt.startedAt.toISOString(),
      ended_at: attempt.endedAt.toISOString(),
      duration_ms: durationMs(attempt.startedAt, attempt.endedAt),
      rows_written: attempt.rowsWritten,
      bytes_processed: attempt.bytesProcessed,
      bytes_billed: attempt.bytesBilled,
      error_code: attempt.error?.code ?? null,
      error_message: attempt.error?.message ?? null,
      bad_records: attempt.badRecords ?? null,
      file_format: attempt.fileFormat ?? null,
      warnings: attempt.warnings ?? [],
      // Left out where there are none, so that a table without these columns still takes the row.
      ...(attempt.error === undefined && { definition_hash: definitionHash(step, run.definition) }),
      ...(attempt.watermark !== undefined && { watermark: attempt.watermark }),
      recorded_at: recordedAt.toISOString(),
    },
  };
}

/** The row of dq_results. */
export function toCheckRow(
  run: RunToExecute,
  step: Step,
  attempt: number,
  result: QualityResult,
  recordedAt: Date,
): AppendedRow {
  return {
    insertId: `${executionIdOf(run)}-${step.id}-${attempt}-${result.name}`,
    json: {
      ...runColumns(run),
      step_id: step.id,
      check_name: result.name,
      check_type: result.type,
      severity: result.severity,
      passed: result.passed,
      observed: result.observed,
      expected: result.expected,
      failing_rows: result.failingRows,
      message: result.message,
      recorded_at: recordedAt.toISOString(),
    },
  };
}

function runColumns(run: RunToExecute) {
  return { run_id: run.runId, tenant_id: run.tenantId, pipeline: run.definition.path };
}

/** Writes to step_logs and dq_results while the run goes on. */
export function createRecorder(run: RunToExecute, { appendRows, log }: ExecutionTools): Recorder {
  const pending: Promise<unknown>[] = [];
  return {
    append(tableId, rows) {
      if (rows.length === 0) return;
      // Errors become values: flush(), which may come much later, looks at them.
      pending.push(appendRows(run.datasetId, tableId, rows).catch((error: unknown) => ({ tableId, error })));
    },
    async flush() {
      for (const result of await Promise.all(pending.splice(0))) {
        if (!isFailedAppend(result)) continue;
        const { tableId, error } = result;
        if (isRetryable(error))
          throw new TransientFailure(`Records for ${tableId} could not be written`, { cause: error });
        log('ERROR', `Records for ${tableId} were refused`, {
          tenant_id: run.tenantId,
          run_id: run.runId,
          error,
        });
      }
    },
  };
}

const isFailedAppend = (result: unknown): result is { tableId: string; error: unknown } =>
  typeof result === 'object' && result !== null && 'error' in result;
