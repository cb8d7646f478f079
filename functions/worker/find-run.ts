import { isNotFound } from '../../shared/google/bigquery/failures';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { createGroupCommit } from '../../shared/runs/group-commit';
import type { Slot } from '../../shared/runs/rules/ledger-row';
import type { QuotaAlert } from '../../shared/runs/rules/quota-alerts';
import { daysOfRuns, type RunMessage } from '../../shared/runs/rules/run-identity';
import { findRuns } from '../../shared/sql/runs/find-runs';

/** Where a run and its tenant stand. */
export interface FoundRun {
  /** Undefined: it holds none. */
  readonly slot: Slot | undefined;
  /** The tenant's life. */
  readonly onboarding_id: string | null;
  readonly subscription_tier: string | null;
  /** Of the tenant's byte budget. null: there is none. */
  readonly bytes_left: number | null;
  /** The ledger has it, though it may hold a slot. */
  readonly is_recorded: boolean;
  /** What the run has reached of its tenant's monthly quotas, and nobody has announced. */
  readonly alerts: readonly QuotaAlert[];
  readonly location: string | undefined;
}

/** Undefined if there is no such tenant. Throws BigQuery's error, or a TimeIsUp. */
export type FindRun = (message: Pick<RunMessage, 'tenant_id' | 'run_id'>) => Promise<FoundRun | undefined>;

/** Other runs of the tenant wait behind a statement, so it is not waited for as long as others. */
const statementMs = 20_000;
/** For two statements. */
const budgetMs = 45_000;

/**
 * Finds runs by group: those of a tenant that are asked for while a statement is under way go together in the
 * next one. So a burst of deliveries reads the tenant row, with all of its slots, a few times and not for each
 * run; and what is found was read after it was asked for.
 */
export function createFindRun(runStatement: RunStatement): FindRun {
  const find = createGroupCommit<string, FoundRun | undefined>({
    commit: async (tenantId, runIds) => {
      const found = await findAll(tenantId, runIds, runStatement);
      return runIds.map((runId) => ({ kind: 'done', result: found(runId) }));
    },
    // Google's client has repeated the statement already; a later delivery asks again.
    isRetryable: () => false,
    budgetMs,
    initialBackoffMs: 0,
    maximumBackoffMs: 0,
    maximumItems: 1_000,
    maximumBytes: 1_000_000,
    bytesOf: (runId) => runId.length,
  });
  return ({ tenant_id, run_id }) => find(tenant_id, run_id);
}

async function findAll(
  tenantId: string,
  runIds: readonly string[],
  runStatement: RunStatement,
): Promise<(runId: string) => FoundRun | undefined> {
  const run_ids = [...new Set(runIds)];
  try {
    const { admitted_from, admitted_to } = daysOfRuns(run_ids);
    const parameters = { tenant_id: tenantId, run_ids, admitted_from, admitted_to };
    const options = { timeoutMs: statementMs };
    const { rows, location } = await runStatement(tenantId, findRuns, parameters, options);
    const [row] = rows;
    if (row === undefined) return () => undefined;
    const { slots, recorded_run_ids, alerts: all, ...tenant } = row;
    const slotOf = new Map(slots.map((slot) => [slot.run_id, slot]));
    const recorded = new Set(recorded_run_ids);
    return (runId) => {
      const alerts = all.filter(({ run_id }) => run_id === runId);
      return { ...tenant, slot: slotOf.get(runId), is_recorded: recorded.has(runId), alerts, location };
    };
  } catch (error) {
    // The tenant was deleted, and its runs with it.
    if (isNotFound(error)) return () => undefined;
    throw error;
  }
}
