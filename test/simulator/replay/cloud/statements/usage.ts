import type { RecordedOutcome } from '../../../../../shared/runs/rules/ledger-row';
import { listBillableRuns } from '../../../../../shared/sql/usage/list-billable-runs';
import { readUsage } from '../../../../../shared/sql/usage/read-usage';
import { cellOf, modelOf } from '../statement-model';
import { compare, isBetween, outcomesBetween } from './recorded';

interface UsedRun {
  readonly pipeline: string;
  readonly status: string;
  readonly admitted_at: Date;
  readonly row?: RecordedOutcome;
}

const usageOf = (month: string, pipeline: string, runs: readonly UsedRun[]) => {
  const countOf = (status: string) => runs.filter((run) => run.status === status).length;
  const sum = (value: (row: RecordedOutcome) => number | null) =>
    runs.reduce((total, { row }) => total + (row === undefined ? 0 : (value(row) ?? 0)), 0);
  return {
    month,
    pipeline,
    runs: runs.length,
    completed: countOf('COMPLETED'),
    failed: countOf('FAILED'),
    cancelled: countOf('CANCELLED'),
    in_flight: countOf('ADMITTED'),
    slot_ms: sum(({ ended_at, admitted_at }) => +ended_at - +admitted_at),
    duration_ms: sum(({ duration_ms }) => duration_ms),
    rows_written: sum(({ rows_written }) => rows_written),
    bytes_processed: sum(({ bytes_processed }) => bytes_processed),
    bytes_billed: sum(({ bytes_billed }) => bytes_billed),
  };
};

export const usageModels = [
  modelOf(readUsage, {
    read(tables, { tenant_id, from, to }) {
      const recorded = outcomesBetween(tables, from, to);
      const known = new Set(recorded.map(({ run_id }) => run_id));
      const slots = (tables.tenant?.tenant_id === tenant_id ? tables.tenant.active_runs : []).filter(
        (slot) => isBetween(slot.admitted_at, from, to) && !known.has(slot.run_id),
      );
      const runs: readonly UsedRun[] = [
        ...recorded.map((row) => ({ ...row, row })),
        ...slots.map((slot) => ({ ...slot, status: 'ADMITTED' })),
      ];
      const groups = new Map<string, UsedRun[]>();
      for (const run of runs) {
        const key = `${run.admitted_at.toISOString().slice(0, 7)} ${run.pipeline}`;
        groups.set(key, [...(groups.get(key) ?? []), run]);
      }
      return [...groups]
        .sort(([one], [other]) => compare(one, other))
        .map(([key, group]) => usageOf(key.slice(0, 7), key.slice(8), group));
    },
  }),
  modelOf(listBillableRuns, {
    read: (tables, { from, to, after_at, after_id, limit }) =>
      outcomesBetween(tables, from, to)
        .filter(({ status }) => status === 'COMPLETED')
        .filter(
          ({ admitted_at, run_id }) =>
            after_at === null ||
            admitted_at > after_at ||
            (+admitted_at === +after_at && run_id > (after_id ?? '')),
        )
        .sort(
          (one, other) => compare(one.admitted_at, other.admitted_at) || compare(one.run_id, other.run_id),
        )
        .slice(0, limit ?? 0)
        .map((row) => ({
          ...row,
          admitted_at: cellOf(row.admitted_at),
          ended_at: cellOf(row.ended_at),
        })),
  }),
];
