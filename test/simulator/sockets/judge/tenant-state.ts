import type { Cell, Field, Row } from 'local-bigquery/engine';

export interface SlotState {
  readonly runId: string;
  /** Microseconds since 1970, like all times here. */
  readonly admittedAt: number;
  readonly leaseEndsAt: number;
}

/** A tenant row as it is stored. */
export interface TenantState {
  readonly slots: readonly SlotState[];
  /** Runs whose outcome is decided and was not seen in the ledger yet. */
  readonly settled: readonly Pick<SlotState, 'runId' | 'admittedAt'>[];
  /** Infinity if there is no quota. */
  readonly maxConcurrent: number;
  readonly maxPerMonth: number;
  readonly runs: number;
  readonly runsThisMonth: number;
  readonly running: number;
  readonly monthStart: number;
  readonly updatedAt: number;
}

/** Undefined if there is no row. Throws if a column is missing. */
export function tenantStateOf(schema: readonly Field[], rows: readonly Row[]): TenantState | undefined {
  const [row] = rows;
  if (row === undefined) return undefined;
  const cell = cellsOf(schema, row);
  const slotFields = schema.find(({ name }) => name === 'active_runs')?.fields ?? [];
  const slots = arrayOf(cell('active_runs')).map((slot) => cellsOf(slotFields, arrayOf(slot)));
  const settledFields = schema.find(({ name }) => name === 'settled_runs')?.fields ?? [];
  const settled = arrayOf(cell('settled_runs')).map((entry) => cellsOf(settledFields, arrayOf(entry)));
  return {
    slots: slots.map((slot) => ({
      runId: textOf(slot('run_id')),
      admittedAt: Number(textOf(slot('admitted_at'))),
      leaseEndsAt: Number(textOf(slot('lease_expires_at'))),
    })),
    settled: settled.map((entry) => ({
      runId: textOf(entry('run_id')),
      admittedAt: Number(textOf(entry('admitted_at'))),
    })),
    maxConcurrent: Number(cell('max_concurrent_pipelines') ?? Number.POSITIVE_INFINITY),
    maxPerMonth: Number(cell('max_pipelines_per_month') ?? Number.POSITIVE_INFINITY),
    runs: Number(textOf(cell('pipeline_runs_count'))),
    runsThisMonth: Number(textOf(cell('pipeline_runs_this_month'))),
    running: Number(textOf(cell('current_running_pipelines'))),
    monthStart: Date.parse(`${textOf(cell('quota_reset_date')).slice(0, 7)}-01T00:00:00Z`) * 1000,
    updatedAt: Number(textOf(cell('updated_at'))),
  };
}

/** The runs of ledger rows. */
export const ledgerRunsOf = (schema: readonly Field[], rows: readonly Row[]) =>
  rows.map((row) => {
    const cell = cellsOf(schema, row);
    return { runId: textOf(cell('run_id')), admittedAt: Number(textOf(cell('admitted_at'))) };
  });

const cellsOf =
  (fields: readonly Field[], row: readonly Cell[]) =>
  (name: string): Cell => {
    const index = fields.findIndex((field) => field.name === name);
    const cell = row[index];
    if (cell === undefined) throw new Error(`There is no column ${name}`);
    return cell;
  };

function textOf(cell: Cell): string {
  if (typeof cell !== 'string') throw new Error(`Expected a value, given ${JSON.stringify(cell)}`);
  return cell;
}

function arrayOf(cell: Cell): readonly Cell[] {
  if (!Array.isArray(cell)) throw new Error(`Expected an array, given ${JSON.stringify(cell)}`);
  return cell;
}
