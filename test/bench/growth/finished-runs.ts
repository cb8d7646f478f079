import { ledgerRow } from '../../../shared/runs/rules/ledger-row';

/** Ledger rows of runs that are over. */
export function finishedRuns(tenantId: string, runIds: readonly string[]) {
  const end = new Date();
  const start = new Date(end.getTime() - 1_000);
  return runIds.map((run_id) =>
    ledgerRow(
      tenantId,
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
    ),
  );
}
