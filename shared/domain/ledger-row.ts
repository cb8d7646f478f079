import type { Slot } from '../sql/slot-shape';

export type { Slot } from '../sql/slot-shape';

/** How a run ended. */
export interface RunOutcome {
  readonly status: 'COMPLETED' | 'FAILED' | 'CANCELLED';
  readonly errorCode?: string | undefined;
  readonly errorMessage?: string | undefined;
  readonly failedStep?: string | undefined;
  readonly rowsWritten: number;
  readonly bytesProcessed: number;
  readonly bytesBilled: number;
}

/** A run that ended before any step did anything. */
export const failedOutcome = (errorCode: string, errorMessage: string): RunOutcome => ({
  status: 'FAILED',
  errorCode,
  errorMessage,
  rowsWritten: 0,
  bytesProcessed: 0,
  bytesBilled: 0,
});

/** The ledger's row for a finished run. Streamed with its run_id as insertId, so that a repeat is most often dropped. Undefined `startedAt`: it never started, as far as is known. */
export const ledgerRow = (
  tenantId: string,
  slot: Slot,
  outcome: RunOutcome,
  startedAt: Date | undefined,
  endedAt: Date,
) => ({
  insertId: slot.run_id,
  json: {
    run_id: slot.run_id,
    tenant_id: tenantId,
    pipeline: slot.pipeline,
    parameters: slot.parameters,
    trigger: slot.trigger,
    request_hash: slot.request_hash,
    status: outcome.status,
    error_code: outcome.errorCode ?? null,
    error_message: outcome.errorMessage ?? null,
    failed_step: outcome.failedStep ?? null,
    admitted_at: slot.admitted_at.toISOString(),
    started_at: startedAt?.toISOString() ?? null,
    ended_at: endedAt.toISOString(),
    duration_ms: startedAt === undefined ? null : endedAt.getTime() - startedAt.getTime(),
    rows_written: outcome.rowsWritten,
    bytes_processed: outcome.bytesProcessed,
    bytes_billed: outcome.bytesBilled,
    recorded_at: endedAt.toISOString(),
  },
});
