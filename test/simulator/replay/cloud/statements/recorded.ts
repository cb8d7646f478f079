import type { RecordedOutcome, Slot } from '../../../../../shared/runs/rules/ledger-row';
import { cellOf } from '../statement-model';
import type { Tables } from '../tables';

/** How a run ended, by the ledger and `settled_runs`. Of several rows that differ the one recorded first counts. */
export function outcomeOf(tables: Tables, runId: string): RecordedOutcome | undefined {
  const settled = tables.tenant?.settled_runs ?? [];
  return firstRecorded([
    ...(tables.ledgerOf.get(runId) ?? []),
    ...settled.filter(({ run_id }) => run_id === runId),
  ]);
}

/** The same by the ledger alone. */
export const ledgerOutcomeOf = ({ ledgerOf }: Tables, runId: string): RecordedOutcome | undefined =>
  firstRecorded(ledgerOf.get(runId) ?? []);

const firstRecorded = (rows: readonly RecordedOutcome[]): RecordedOutcome | undefined =>
  rows.length < 2
    ? rows[0]
    : rows.toSorted(
        (one, other) =>
          compare(one.recorded_at, other.recorded_at) ||
          compare(one.status, other.status) ||
          compare(one.ended_at, other.ended_at),
      )[0];

/** The outcomes of the runs admitted in this period. */
export const outcomesBetween = (tables: Tables, from: Date | null, to: Date | null): RecordedOutcome[] => {
  const settled = tables.tenant?.settled_runs ?? [];
  const runIds = new Set([...tables.ledgerOf.keys(), ...settled.map(({ run_id }) => run_id)]);
  return [...runIds]
    .map((runId) => outcomeOf(tables, runId))
    .filter((outcome) => outcome !== undefined)
    .filter(({ admitted_at }) => isBetween(admitted_at, from, to));
};

export const isBetween = (time: Date, from: Date | null, to: Date | null): boolean =>
  from !== null && to !== null && time >= from && time < to;

/** The columns of a run's state that every reader gets: of one in the ledger, … */
export const stateOfRow = (row: RecordedOutcome) => ({
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

/** The whole outcome, as a query gives it. */
export const cellsOf = (row: RecordedOutcome) => ({
  ...row,
  ...stateOfRow(row),
  handed_on_at: cellOf(row.handed_on_at),
  recorded_at: cellOf(row.recorded_at),
});

/** … or of one in flight. */
export const stateOfSlot = (slot: Slot) => ({
  status: slot.queued_until === null ? 'ADMITTED' : 'QUEUED',
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
