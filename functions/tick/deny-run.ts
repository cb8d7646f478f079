import { isRetryable } from '../../shared/google/bigquery/failures';
import { rowsOrNone } from '../../shared/google/bigquery/statements/rows-or-none';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { type CommitOutcome, createGroupCommit } from '../../shared/runs/group-commit';
import { denyRuns } from '../../shared/sql/runs/deny-runs';
import { findStartedRuns } from '../../shared/sql/runs/find-started-runs';

/** A run that a tenant's schedule plans, and that no tick has been told of. */
export interface PlannedRun {
  readonly runId: string;
  readonly plannedMs: number;
}

/**
 * Makes it final that a planned run does not start. Another tick may have asked for it and died, and what BigQuery was
 * sent then may take its turn within the hour: it must not start what the history tells as refused. Resolves to
 * `started` where it came first. Those of a tenant and a month that are asked for at once share an UPDATE, which usually
 * is all. Throws BigQuery's error, or TimeIsUp: then nothing is known of the run.
 */
export type DenyRun = (tenantId: string, run: PlannedRun) => Promise<'denied' | 'started'>;

/** Clocks of two instances differ by less. */
const toleranceMs = 24 * 3_600_000;
const statementOptions = { timeoutMs: 5_000 };
const budget = { budgetMs: 10_000, initialBackoffMs: 200, maximumBackoffMs: 2_000 };

export function createDenyRun(runStatement: RunStatement, now: () => Date): DenyRun {
  const deny = async (tenant_id: string, run_ids: readonly string[], from: Date): Promise<boolean> => {
    const parameters = { tenant_id, run_ids, from, now: now() };
    return (await runStatement(tenant_id, denyRuns, parameters, statementOptions)).affectedRows > 0;
  };

  const findStarted = async (tenant_id: string, run_ids: readonly string[], from: Date) => {
    const parameters = { tenant_id, run_ids, from };
    const rows = await rowsOrNone(runStatement(tenant_id, findStartedRuns, parameters, statementOptions));
    return new Set(rows.map(({ run_id }) => run_id));
  };

  const submit = createGroupCommit<PlannedRun, 'denied' | 'started'>({
    commit: async (group, runs): Promise<readonly CommitOutcome<'denied' | 'started'>[]> => {
      const [tenantId = ''] = group.split(' ');
      const runIds = [...new Set(runs.map(({ runId }) => runId))];
      const from = new Date(Math.min(...runs.map(({ plannedMs }) => plannedMs)) - toleranceMs);
      if (await deny(tenantId, runIds, from)) return runs.map(() => ({ kind: 'done', result: 'denied' }));
      const started = await findStarted(tenantId, runIds, from);
      const others = runIds.filter((runId) => !started.has(runId));
      const areDenied = others.length > 0 && (await deny(tenantId, others, from));
      return runs.map(({ runId }) => {
        if (started.has(runId)) return { kind: 'done', result: 'started' };
        // One of them has started meanwhile, or the tenant is gone.
        return areDenied ? { kind: 'done', result: 'denied' } : { kind: 'again' };
      });
    },
    isRetryable,
    ...budget,
    maximumItems: 1_000,
    maximumBytes: 200_000,
    bytesOf: ({ runId }) => runId.length,
  });
  // By month: what was missed long ago makes nobody else's look into the ledger a long one.
  return (tenantId, run) => submit(`${tenantId} ${new Date(run.plannedMs).toISOString().slice(0, 7)}`, run);
}
