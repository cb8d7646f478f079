/** Sums over some runs. `runs` is the sum of the five that follow. */
export interface UsageSums {
  readonly runs: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly in_flight: number;
  readonly queued: number;
  readonly slot_ms: number;
  readonly duration_ms: number;
  readonly duration_ms_p50: number | null;
  readonly duration_ms_p95: number | null;
  readonly rows_written: number;
  readonly bytes_processed: number;
  readonly bytes_billed: number;
}

/** The figures of some runs, as they are shown. */
export type UsageFigures = Omit<UsageSums, 'completed' | 'failed' | 'cancelled' | 'in_flight' | 'queued'> & {
  /** Their sum is `runs`. */
  readonly runs_by_status: Readonly<
    Record<'COMPLETED' | 'FAILED' | 'CANCELLED' | 'ADMITTED' | 'QUEUED', number>
  >;
  /** What BigQuery's bytes cost at the price that the deployment names, to a millionth. */
  readonly estimated_bigquery_cost: number;
};

const nothing: UsageSums = {
  runs: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
  in_flight: 0,
  queued: 0,
  slot_ms: 0,
  duration_ms: 0,
  duration_ms_p50: null,
  duration_ms_p95: null,
  rows_written: 0,
  bytes_processed: 0,
  bytes_billed: 0,
};

const bytesPerTib = 2 ** 40;
const millionth = 1e6;

/** Pure. Sums of no runs where there are none. */
export function usageFigures(sums: UsageSums = nothing, pricePerTib: number): UsageFigures {
  return {
    runs: sums.runs,
    runs_by_status: {
      COMPLETED: sums.completed,
      FAILED: sums.failed,
      CANCELLED: sums.cancelled,
      ADMITTED: sums.in_flight,
      QUEUED: sums.queued,
    },
    slot_ms: sums.slot_ms,
    duration_ms: sums.duration_ms,
    duration_ms_p50: sums.duration_ms_p50,
    duration_ms_p95: sums.duration_ms_p95,
    rows_written: sums.rows_written,
    bytes_processed: sums.bytes_processed,
    bytes_billed: sums.bytes_billed,
    estimated_bigquery_cost: bigQueryCost(sums.bytes_billed, pricePerTib),
  };
}

/** What bytes that BigQuery bills cost, to a millionth. */
export const bigQueryCost = (bytesBilled: number, pricePerTib: number): number =>
  Math.round((bytesBilled / bytesPerTib) * pricePerTib * millionth) / millionth;
