import type { Slot } from '../../../../../shared/runs/rules/ledger-row';
import { cellOf } from '../statement-model';
import type { LedgerRecord, Tables } from '../tables';

/** Of several rows of one run the one recorded first is its outcome. */
export const outcomeOf = (tables: Tables, runId: string): LedgerRecord | undefined =>
  (tables.ledgerOf.get(runId) ?? []).toSorted(
    (one, other) =>
      one.recorded_at.getTime() - other.recorded_at.getTime() ||
      compare(one.status, other.status) ||
      one.ended_at.getTime() - other.ended_at.getTime(),
  )[0];

/** The outcomes of the runs admitted in this period. */
export const outcomesBetween = (tables: Tables, from: Date | null, to: Date | null): LedgerRecord[] =>
  [...tables.ledgerOf.keys()]
    .map((runId) => outcomeOf(tables, runId))
    .filter((row) => row !== undefined)
    .filter(({ admitted_at }) => isBetween(admitted_at, from, to));

export const isBetween = (time: Date, from: Date | null, to: Date | null): boolean =>
  from !== null && to !== null && time >= from && time < to;

/** The columns of a run's state that every reader gets: of one in the ledger, … */
export const stateOfRow = (row: LedgerRecord) => ({
  status: row.status,
  error_code: row.error_code,
  error_message: row.error_message,
  failed_step: row.failed_step,
  admitted_at: cellOf(row.admitted_at),
  started_at: cellOf(row.started_at),
  ended_at: cellOf(row.ended_at),
  duration_ms: row.duration_ms,
  rows_written: row.rows_written,
  bytes_processed: row.bytes_processed,
  bytes_billed: row.bytes_billed,
});

/** … or of one in flight. */
export const stateOfSlot = (slot: Slot) => ({
  status: 'ADMITTED',
  error_code: null,
  error_message: null,
  failed_step: null,
  admitted_at: cellOf(slot.admitted_at),
  started_at: null,
  ended_at: null,
  duration_ms: null,
  rows_written: null,
  bytes_processed: null,
  bytes_billed: null,
});

type Ordered = string | number | boolean | Date;

export const compare = (one: Ordered, other: Ordered): number => (one < other ? -1 : one > other ? 1 : 0);
