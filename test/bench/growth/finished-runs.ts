import { ledgerRow, recordedOutcome } from '../../../shared/runs/rules/ledger-row';
import { startedByKey } from '../../support/started-by';

/** How a run of the benchmark ended. */
export function outcomeOfBench(run_id: string) {
  const end = new Date();
  const start = new Date(end.getTime() - 1_000);
  const outcome = recordedOutcome(
    {
      run_id,
      pipeline: 'gcp/example/dryrun',
      parameters: '{}',
      trigger: 'api',
      request_hash: null,
      ...startedByKey,
      admitted_at: start,
    },
    { status: 'COMPLETED', rowsWritten: 0, bytesProcessed: 100, bytesBilled: 10_485_760 },
    { startedAt: start, endedAt: end, recordedAt: end },
  );
  return { ...outcome, only_if_queued: false };
}

/** Ledger rows of runs that ended so. */
export const ledgerRowsOf = (tenantId: string, outcomes: readonly ReturnType<typeof outcomeOfBench>[]) =>
  outcomes.map(({ only_if_queued: _, ...outcome }) => ledgerRow(tenantId, outcome.run_id, outcome));
