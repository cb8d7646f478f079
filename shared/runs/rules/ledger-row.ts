/** A run in flight: an entry of the tenant row's `active_runs`, whole. */
export interface Slot {
  readonly run_id: string;
  /** provider/domain/pipeline_id */
  readonly pipeline: string;
  /** Canonical JSON text. */
  readonly parameters: string | null;
  readonly trigger: string | null;
  readonly request_hash: string | null;
  readonly admitted_at: Date;
  readonly lease_expires_at: Date;
}

/** How a run ended. */
export interface RunOutcome {
  readonly status: 'COMPLETED' | 'FAILED' | 'CANCELLED';
  readonly errorCode?: string | undefined;
  readonly errorMessage?: string | undefined;
  readonly failedStep?: string | undefined;
  /** How far a pipeline with a watermark has come. */
  readonly watermark?: string | undefined;
  /** When its first step began, which may have been under an earlier delivery. */
  readonly startedAt?: Date | undefined;
  readonly rowsWritten: number;
  readonly bytesProcessed: number;
  readonly bytesBilled: number;
}

/** The outcome of a run that failed before any step did anything. */
export const failedOutcome = (errorCode: string, errorMessage: string): RunOutcome => ({
  status: 'FAILED',
  errorCode,
  errorMessage,
  rowsWritten: 0,
  bytesProcessed: 0,
  bytesBilled: 0,
});

export interface RunTimes {
  /** Undefined: it never started, as far as is known. */
  readonly startedAt: Date | undefined;
  readonly endedAt: Date;
  /** When the row is appended. Of two rows for one run the one recorded first is the outcome. */
  readonly recordedAt: Date;
}

/**
 * The ledger's row for a finished run, in the form that a streaming insert takes. Its insertId is the
 * execution's id, so that BigQuery drops most repeats.
 */
export const ledgerRow = (
  tenantId: string,
  slot: Omit<Slot, 'lease_expires_at'>,
  outcome: RunOutcome,
  times: RunTimes,
  executionId: string = slot.run_id,
) => ({
  insertId: executionId,
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
    started_at: times.startedAt?.toISOString() ?? null,
    ended_at: times.endedAt.toISOString(),
    duration_ms: times.startedAt === undefined ? null : times.endedAt.getTime() - times.startedAt.getTime(),
    rows_written: outcome.rowsWritten,
    bytes_processed: outcome.bytesProcessed,
    bytes_billed: outcome.bytesBilled,
    // Left out where there is none, so that a table without this column still takes the row.
    ...(outcome.watermark !== undefined && { watermark: outcome.watermark }),
    recorded_at: times.recordedAt.toISOString(),
  },
});
