import type { TenantUsage } from '../../client';

/** What usage tells of any part of it. */
export type UsageFigures = Pick<
  TenantUsage['usage'][number],
  | 'runs'
  | 'runs_by_status'
  | 'slot_ms'
  | 'duration_ms_p50'
  | 'duration_ms_p95'
  | 'rows_written'
  | 'bytes_billed'
  | 'estimated_bigquery_cost'
>;

/** The last months, this one first, as `2026-11`; UTC, as bills go. */
export function lastMonths(now: number, many: number): readonly string[] {
  const today = new Date(now);
  return Array.from({ length: many }, (_, back) =>
    new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - back, 1)).toISOString().slice(0, 7),
  );
}

/** A month's first moment, and the first after it. */
export function boundsOf(month: string): { readonly from: string; readonly to: string } {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const at = (index: number) => new Date(Date.UTC(year, index, 1)).toISOString();
  return { from: at(number - 1), to: at(number) };
}

/** Each day of a month with its values, those without usage with zeros; not beyond now. */
export function daysOf(
  month: string,
  usage: readonly { readonly day?: string; readonly runs: number; readonly bytes_billed: number }[],
  now: number,
): readonly { readonly at: number; readonly runs: number; readonly bytes: number }[] {
  const { from, to } = boundsOf(month);
  const byDay = new Map<string, { runs: number; bytes: number }>();
  for (const { day = '', runs, bytes_billed } of usage) {
    const sum = byDay.get(day) ?? { runs: 0, bytes: 0 };
    byDay.set(day, { runs: sum.runs + runs, bytes: sum.bytes + bytes_billed });
  }
  const days: { at: number; runs: number; bytes: number }[] = [];
  for (let at = Date.parse(from); at < Math.min(Date.parse(to), now); at += 86_400_000)
    days.push({
      at: at / 1_000,
      ...(byDay.get(new Date(at).toISOString().slice(0, 10)) ?? { runs: 0, bytes: 0 }),
    });
  return days;
}
