import type { ControlDataset } from '../../shared/google/bigquery/tables/control-dataset';
import type { Log } from '../../shared/log';

/** What a call of reconcile has found. */
export interface Reconciliation {
  /** How many tenants it has looked at. */
  readonly tenants: number;
  readonly failed: number;
  /** The tenants whose counters broke the conservation law. */
  readonly repaired: readonly string[];
}

/** Writes it down for the overview of operators. Never rejects: it decides nothing. */
export type RecordReconciliation = (found: Reconciliation) => Promise<void>;

export const createRecordReconciliation =
  ({
    append,
    newId,
    now,
    log,
  }: {
    readonly append: ControlDataset['append'];
    readonly newId: () => string;
    readonly now: () => Date;
    readonly log: Log;
  }): RecordReconciliation =>
  async (found) => {
    try {
      const json = { checked_at: now().toISOString(), ...found };
      await append('reconciliations', { insertId: newId(), json });
    } catch (error) {
      log('WARNING', 'What was reconciled could not be written down for the overview', { error });
    }
  };
