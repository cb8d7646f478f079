import { bytes, count, duration, money } from '../format/numbers';
import type { Column } from '../ui/table';
import type { UsageFigures } from './usage-rows';

/** What usage tells, the same in each table of it. */
export const usageColumns = (currency: string): readonly Column<UsageFigures>[] => [
  { title: 'Runs', isNumber: true, cell: ({ runs }) => count(runs) },
  { title: 'Failed', isNumber: true, cell: ({ runs_by_status }) => count(runs_by_status.FAILED) },
  { title: 'Cancelled', isNumber: true, cell: ({ runs_by_status }) => count(runs_by_status.CANCELLED) },
  { title: 'Held slots', isNumber: true, cell: ({ slot_ms }) => duration(slot_ms) },
  { title: 'Median', isNumber: true, cell: ({ duration_ms_p50 }) => optionalDuration(duration_ms_p50) },
  { title: '95 %', isNumber: true, cell: ({ duration_ms_p95 }) => optionalDuration(duration_ms_p95) },
  { title: 'Rows written', isNumber: true, cell: ({ rows_written }) => count(rows_written) },
  { title: 'Bytes billed', isNumber: true, cell: ({ bytes_billed }) => bytes(bytes_billed) },
  {
    title: 'BigQuery’s cost',
    isNumber: true,
    cell: ({ estimated_bigquery_cost }) => money(estimated_bigquery_cost, currency),
  },
];

const optionalDuration = (ms: number | null): string => (ms === null ? '–' : duration(ms));
