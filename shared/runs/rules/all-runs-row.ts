import type { RecordedOutcome } from './ledger-row';

/**
 * What `all_runs` has of a settled run, in the form that a streaming insert takes: no parameters, and no messages,
 * which may quote a tenant's data. The insertId is made like the ledger's.
 */
export const allRunsRow = (tenantId: string, executionId: string, run: RecordedOutcome) => ({
  insertId: `${executionId}-${run.recorded_at.getTime()}`,
  json: {
    tenant_id: tenantId,
    run_id: run.run_id,
    pipeline: run.pipeline,
    trigger: run.trigger,
    actor_kind: run.actor_kind,
    actor: run.actor,
    status: run.status,
    error_code: run.error_code,
    failed_step: run.failed_step,
    admitted_at: run.admitted_at.toISOString(),
    // Left out where there is none, so that a table without this column still takes the row.
    ...(run.handed_on_at && { handed_on_at: run.handed_on_at.toISOString() }),
    started_at: run.started_at?.toISOString() ?? null,
    ended_at: run.ended_at.toISOString(),
    duration_ms: run.duration_ms,
    rows_written: run.rows_written,
    bytes_processed: run.bytes_processed,
    bytes_billed: run.bytes_billed,
    recorded_at: run.recorded_at.toISOString(),
  },
});
