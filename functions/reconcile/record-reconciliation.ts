import type { ControlDataset } from '../../shared/google/bigquery/tables/control-dataset';
import type { Log } from '../../shared/log';
import { within } from '../../shared/support/time-limits';

/** What a call of reconcile has found. */
export interface Reconciliation {
  /** How many tenants it has looked at, without those that it could not reconcile. */
  readonly tenants: number;
  /** How many it could not. */
  readonly failed: number;
  /** The tenants whose counters broke the conservation law. */
  readonly repaired: readonly string[];
}

/** The time of reconcile's own work is up by then. */
const longestWriteMs = 5_000;

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
      await within(longestWriteMs, 'BigQuery', append('reconciliations', { insertId: newId(), json }));
    } catch (error) {
      log('WARNING', 'What was reconciled could not be written down for the overview', { error });
    }
  };
