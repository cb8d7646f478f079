import { decideRuns } from '../../../shared/sql/runs/decide-runs';
import { settleHeldRuns } from '../../../shared/sql/runs/settle-held-runs';
import { aboutSlots } from '../../support/started-by';
import { onboardAll } from '../backend/onboarding';
import { withServers } from '../backend/servers';
import type { BenchLatencies } from '../quota/latencies';
import { printTable } from '../support/table';
import { candidates, unlimited } from './candidates';
import { outcomeOfBench } from './finished-runs';
import { cellsOf, observedStatements } from './observed-statements';
import { fillRow } from './tenant-row';

const counts = [0, 100, 1_000, 5_000];
const calls = 7;
const running = 20;

/** What a tenant's queue costs the statement that lets one more run wait, and the one that hands a slot on. */
export async function growQueue(latencies: BenchLatencies): Promise<void> {
  for (const [name, limits] of Object.entries({ none: undefined, "BigQuery's": latencies })) {
    await withServers(limits, async ({ environment }) => {
      const tenants = counts.map((count) => ({ tenant_id: `queue_${count}`, max_pipelines_per_month: null }));
      await onboardAll(tenants, environment);
      const { bigquery, runStatement, observe } = observedStatements();
      const rows: string[][] = [];
      for (const count of counts) {
        const tenant_id = `queue_${count}`;
        const now = new Date();
        const runIds = await fillRow(bigquery, tenant_id, running, count);
        const waiting = candidates(1).map((candidate) => ({ ...candidate, at_limit: 'queue' }));
        const admission = await observe(calls, () =>
          runStatement(tenant_id, decideRuns, { tenant_id, now, ...unlimited, candidates: waiting }),
        );
        const settling = await observe(calls, () =>
          runStatement(tenant_id, settleHeldRuns, {
            tenant_id,
            onboarding_id: '',
            now: new Date(),
            outcomes: runIds.splice(-1).map(outcomeOfBench),
            from: now,
            to: now,
            ...aboutSlots,
          }),
        );
        rows.push([String(count), ...cellsOf(admission), ...cellsOf(settling)]);
      }
      printTable(
        `A queue behind ${running} slots (latency: ${name}; medians; bytes as BigQuery counts them)`,
        ['queued', 'one more waits (ms)', 'bytes', 'one ends, one starts (ms)', 'bytes'],
        rows,
      );
    });
  }
}
