import { ServiceError } from '../../shared/errors';
import {
  findMatchingRuns,
  type MatchingDependencies,
  matchingRunsOf,
} from '../../shared/operations/find-matching-runs';
import { parseCancelFilter } from '../../shared/operations/rules/bulk-cancel';
import { isGivenUp, type OperationItem } from '../../shared/operations/rules/operation';
import { type CancelDependencies, cancelRun } from '../../shared/runs/cancel-run';
import { type ActingKind, TooMuch } from './operation-kind';

/** Of an operation that is planned whole and kept in memory. */
const mostRuns = 100_000;

/**
 * The item that stands for all matching runs of a tenant that could not be read when it was planned. It is tried like
 * others: so one tenant that cannot be read holds up no other.
 */
const allRunsOfTenant = '*';

/** Cancels the runs in flight that match a filter. An item is a run, or all of a tenant that could not be read. */
export const bulkCancel = (deps: CancelDependencies & MatchingDependencies): ActingKind => ({
  async plan(head, isTimeUp) {
    const items: OperationItem[] = [];
    const found = (tenant_id: string, itemIds: readonly string[]) => {
      for (const item_id of itemIds) items.push({ tenant_id, item_id });
    };
    const isWhole = await findMatchingRuns(parseCancelFilter(head.filter), deps, isTimeUp, {
      found,
      unreadable: (tenant_id, error) => {
        deps.log('WARNING', 'A tenant cannot be read, and is tried again', { tenant_id, error });
        found(tenant_id, [allRunsOfTenant]);
      },
    });
    if (!isWhole) {
      if (!isGivenUp(head, deps.now()))
        throw new ServiceError('unavailable', 'Not all tenants were looked at');
      throw new TooMuch('There are too many tenants to look at: name those that are meant');
    }
    if (items.length > mostRuns)
      throw new TooMuch(`${items.length} runs match: expected a filter that ${mostRuns} match at most`);
    return items;
  },
  async act({ filter, reason }, { tenant_id, item_id }) {
    const runIds =
      item_id === allRunsOfTenant
        ? await matchingRunsOf(tenant_id, parseCancelFilter(filter), deps)
        : [item_id];
    let outcome: 'done' | 'skipped' = 'skipped';
    for (const runId of runIds) if (await cancel(tenant_id, runId, reason, deps)) outcome = 'done';
    return { outcome, problem: null };
  },
});

/** False: it was over, or is not there. */
async function cancel(
  tenantId: string,
  runId: string,
  reason: string | null,
  deps: CancelDependencies,
): Promise<boolean> {
  try {
    const { status } = await cancelRun(tenantId, runId, [], deps, reason ?? undefined);
    // One that was cancelled by somebody else, or by a delivery before this one, is what was asked for.
    return status === 'CANCELLED';
  } catch (error) {
    // Withdrawn, or gone with its tenant.
    if (error instanceof ServiceError && error.code === 'run_not_found') return false;
    throw error;
  }
}
