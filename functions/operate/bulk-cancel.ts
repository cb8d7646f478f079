import { ServiceError } from '../../shared/errors';
import { findMatchingRuns, type MatchingDependencies } from '../../shared/operations/find-matching-runs';
import { parseCancelFilter } from '../../shared/operations/rules/bulk-cancel';
import type { ItemEntry } from '../../shared/operations/rules/operation';
import { type CancelDependencies, cancelRun } from '../../shared/runs/cancel-run';
import { type OperationKind, TooMuch } from './operation-kind';

/** Of an operation that is planned whole and kept in memory. */
const mostRuns = 100_000;

/** Cancels the runs in flight that match a filter. An item is a run. */
export const bulkCancel = (deps: CancelDependencies & MatchingDependencies): OperationKind => ({
  async plan({ filter }, isTimeUp) {
    const items: ItemEntry[] = [];
    const isWhole = await findMatchingRuns(parseCancelFilter(filter), deps, isTimeUp, (tenant_id, runIds) => {
      for (const item_id of runIds) items.push({ tenant_id, item_id, outcome: 'planned', problem: null });
    });
    if (!isWhole) throw new TooMuch('There are too many tenants to look at: name those that are meant');
    if (items.length > mostRuns)
      throw new TooMuch(`${items.length} runs match: expected a filter that ${mostRuns} match at most`);
    return items;
  },
  async act({ reason }, { tenant_id, item_id }) {
    try {
      const { status } = await cancelRun(tenant_id, item_id, [], deps, reason ?? undefined);
      // One that was cancelled by somebody else, or by a delivery before this one, is what was asked for.
      return { outcome: status === 'CANCELLED' ? 'done' : 'skipped', problem: null };
    } catch (error) {
      // Withdrawn, or gone with its tenant.
      if (error instanceof ServiceError && error.code === 'run_not_found')
        return { outcome: 'skipped', problem: null };
      throw error;
    }
  },
});
