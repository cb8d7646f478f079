import { z } from 'zod';
import { string, timestamp } from '../../shared/sql/column-values';

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

/** Of several rows the one recorded first is the outcome; of those recorded at the same instant, the first in the table. */
export function outcomesOf(rows: readonly LedgerRow[]): Outcomes {
  const outcomes = new Map<string, LedgerRow>();
  for (const row of rows) {
    const first = outcomes.get(row.run_id);
    if (first === undefined || row.recorded_at < first.recorded_at) outcomes.set(row.run_id, row);
  }
  return outcomes;
}
