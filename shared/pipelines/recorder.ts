import { isRetryable } from '../google/bigquery/failures';
import type { AppendedRow } from '../google/bigquery/tables/append-rows';
import type { ExecutionTools, RunToExecute } from './execution';
import { TransientFailure } from './transient-failure';

/** Appends the records of a run beside its execution, so that no step waits for them. */
export interface Recorder {
  readonly append: (tableId: 'step_logs' | 'dq_results', rows: readonly AppendedRow[]) => void;
  /**
   * Resolves when all records are written. Throws a TransientFailure if some could not be for now. What BigQuery
   * refuses for good is logged: a run's outcome does not depend on its records.
   */
  readonly flush: () => Promise<void>;
}

export function createRecorder(run: RunToExecute, { appendRows, log }: ExecutionTools): Recorder {
  const pending: Promise<unknown>[] = [];
  return {
    append(tableId, rows) {
      if (rows.length === 0) return;
      // Errors become values: they are looked at in flush(), which may come much later.
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
