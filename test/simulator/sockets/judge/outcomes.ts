import { z } from 'zod';
import { string, timestamp } from '../../../../shared/sql/column-schemas';
import type { Register } from '../load/register';
import type { Journal } from './journal';

export const ledgerSchema = z.array(
  z.object({
    run_id: string,
    status: string,
    error_code: string.nullable(),
    admitted_at: timestamp,
    recorded_at: timestamp,
  }),
);

export type LedgerRow = z.infer<typeof ledgerSchema>[number];

/** By run id. */
export type Outcomes = ReadonlyMap<string, LedgerRow>;

/**
 * Of several rows the one recorded first is the outcome; of those recorded at the same instant, the first in
 * the table.
 */
export function outcomesOf(rows: readonly LedgerRow[]): Outcomes {
  const outcomes = new Map<string, LedgerRow>();
  for (const row of rows) {
    const first = outcomes.get(row.run_id);
    if (first === undefined || row.recorded_at < first.recorded_at) outcomes.set(row.run_id, row);
  }
  return outcomes;
}

/**
 * Whoever tried to cancel a run was told its outcome, and no other run is cancelled. All rows of a run tell one
 * outcome.
 */
export function judgeCancels(
  tenantId: string,
  rows: readonly LedgerRow[],
  outcomes: Outcomes,
  { journal, register }: { readonly journal: Journal; readonly register: Register },
): void {
  for (const { run_id, status, error_code } of outcomes.values()) {
    const told = register.toldOutcomes.get(run_id);
    if (status === 'CANCELLED' && told === undefined) {
      journal.violate('only who is asked to end is cancelled', `${tenantId}: run ${run_id}`, [run_id]);
    }
    if (error_code === 'stopped' && told !== undefined) {
      const facts = `${tenantId}: run ${run_id} failed by its jobs being stopped`;
      journal.violate('the cancellation is recorded before jobs are stopped', facts, [run_id]);
    }
    for (const outcome of told ?? []) {
      if (outcome === status) continue;
      const facts = `${tenantId}: of run ${run_id} a caller was told ${outcome}, and it is ${status}`;
      journal.violate('what a caller is told is in the ledger', facts, [run_id]);
    }
  }
  for (const { run_id, status, recorded_at } of rows) {
    const first = outcomes.get(run_id);
    if (first?.status === status && first.recorded_at.getTime() === recorded_at.getTime()) continue;
    journal.violate('rows of one run are equal', `${tenantId}: run ${run_id} ${status}`, [run_id]);
  }
}
