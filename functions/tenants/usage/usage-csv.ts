import { csvText } from '../../../shared/http/csv';
import type { UsageFigures } from '../../../shared/tenants/rules/usage-figures';
import type { Parts, ShownUsage } from './usage-report';

/** The columns behind those that name a line. */
const figures: readonly (readonly [name: string, of: (line: UsageFigures) => number | null])[] = [
  ['runs', ({ runs }) => runs],
  ['completed', ({ runs_by_status }) => runs_by_status.COMPLETED],
  ['failed', ({ runs_by_status }) => runs_by_status.FAILED],
  ['cancelled', ({ runs_by_status }) => runs_by_status.CANCELLED],
  ['in_flight', ({ runs_by_status }) => runs_by_status.ADMITTED],
  ['queued', ({ runs_by_status }) => runs_by_status.QUEUED],
  ['slot_ms', ({ slot_ms }) => slot_ms],
  ['duration_ms', ({ duration_ms }) => duration_ms],
  ['duration_ms_p50', ({ duration_ms_p50 }) => duration_ms_p50],
  ['duration_ms_p95', ({ duration_ms_p95 }) => duration_ms_p95],
  ['rows_written', ({ rows_written }) => rows_written],
  ['bytes_processed', ({ bytes_processed }) => bytes_processed],
  ['bytes_billed', ({ bytes_billed }) => bytes_billed],
  ['estimated_bigquery_cost', ({ estimated_bigquery_cost }) => estimated_bigquery_cost],
];

/** Pure. A line for each part of each tenant's usage, without its totals. */
export function usageCsv(
  { granularity, group_by }: Parts,
  tenants: readonly (ShownUsage & { readonly tenant_id: string })[],
): string {
  const header = ['tenant_id', granularity, group_by, ...figures.map(([name]) => name)];
  const lines = tenants.flatMap(({ tenant_id, usage }) =>
    usage.map((line) => [tenant_id, line[granularity], line[group_by], ...figures.map(([, of]) => of(line))]),
  );
  return csvText([header, ...lines]);
}
