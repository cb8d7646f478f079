import { ledgerRow, recordedOutcome } from '../../../shared/runs/rules/ledger-row';

/** How a run of the benchmark ended. */
export function outcomeOfBench(run_id: string) {
  const end = new Date();
  const start = new Date(end.getTime() - 1_000);
  return recordedOutcome(
    {
      run_id,
      pipeline: 'gcp/example/dryrun',
      parameters: '{}',
      trigger: 'api',
      request_hash: null,
      admitted_at: start,
    },
    { status: 'COMPLETED', rowsWritten: 0, bytesProcessed: 100, bytesBilled: 10_485_760 },
    { startedAt: start, endedAt: end, recordedAt: end },
  );
}

/** Ledger rows of runs that are over. */
export const finishedRuns = (tenantId: string, runIds: readonly string[]) =>
  runIds.map((run_id) => ledgerRow(tenantId, run_id, outcomeOfBench(run_id)));
