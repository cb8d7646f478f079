import { isQueued, type RecordedOutcome } from '../../../../../shared/runs/rules/ledger-row';
import { listBillableDays } from '../../../../../shared/sql/usage/list-billable-days';
import { listBillableRuns } from '../../../../../shared/sql/usage/list-billable-runs';
import { listPipelineStatistics } from '../../../../../shared/sql/usage/list-pipeline-statistics';
import { readUsage } from '../../../../../shared/sql/usage/read-usage';
import { cellOf, modelOf } from '../statement-model';
import { compare, isBetween, outcomesBetween } from './recorded';

interface UsedRun {
  readonly pipeline: string;
  readonly status: string;
  readonly admitted_at: Date;
  readonly row?: RecordedOutcome;
}

const usageOf = (period: string | null, name: string | null, runs: readonly UsedRun[]) => {
  const countOf = (status: string) => runs.filter((run) => run.status === status).length;
  const sum = (value: (row: RecordedOutcome) => number | null) =>
    runs.reduce((total, { row }) => total + (row === undefined ? 0 : (value(row) ?? 0)), 0);
  return {
    period,
    name,
    runs: runs.length,
    completed: countOf('COMPLETED'),
    failed: countOf('FAILED'),
    cancelled: countOf('CANCELLED'),
    in_flight: countOf('ADMITTED'),
    queued: countOf('QUEUED'),
    slot_ms: sum(({ ended_at, admitted_at, handed_on_at }) =>
      Math.max(0, +ended_at - +(handed_on_at ?? admitted_at)),
    ),
    duration_ms: sum(({ duration_ms }) => duration_ms),
    duration_ms_p50: quantileOf(runs, 0.5),
    duration_ms_p95: quantileOf(runs, 0.95),
    rows_written: sum(({ rows_written }) => rows_written),
    bytes_processed: sum(({ bytes_processed }) => bytes_processed),
    bytes_billed: sum(({ bytes_billed }) => bytes_billed),
  };
};

/** As the local engine takes it: the nearest of the sorted values. */
function quantileOf(runs: readonly Pick<UsedRun, 'row'>[], share: number): number | null {
  const values = runs.flatMap(({ row }) => row?.duration_ms ?? []).sort((one, other) => one - other);
  return values[Math.round(share * (values.length - 1))] ?? null;
}

export const usageModels = [
  modelOf(readUsage, {
    read(tables, { tenant_id, from, to, by_day, by_status }) {
      const recorded = outcomesBetween(tables, from, to);
      const known = new Set(recorded.map(({ run_id }) => run_id));
      const slots = (tables.tenant?.tenant_id === tenant_id ? tables.tenant.active_runs : []).filter(
        (slot) => isBetween(slot.admitted_at, from, to) && !known.has(slot.run_id),
      );
      const runs: readonly UsedRun[] = [
        ...recorded.map((row) => ({ ...row, row })),
        ...slots.map((slot) => ({ ...slot, status: isQueued(slot) ? 'QUEUED' : 'ADMITTED' })),
      ];
      const groups = new Map<string, UsedRun[]>();
      for (const run of runs) {
        const period = run.admitted_at.toISOString().slice(0, by_day ? 10 : 7);
        const key = `${period} ${by_status ? run.status : run.pipeline}`;
        groups.set(key, [...(groups.get(key) ?? []), run]);
      }
      const parts = [...groups]
        .sort(([one], [other]) => compare(one, other))
        .map(([key, group]) => {
          const [period = '', name = ''] = key.split(' ');
          return usageOf(period, name, group);
        });
      return [usageOf(null, null, runs), ...parts];
    },
  }),
  modelOf(listPipelineStatistics, {
    read(tables, { from, to }) {
      const recorded = outcomesBetween(tables, from, to);
      const last = (times: readonly Date[]) => times.toSorted(compare).at(-1);
      return [...new Set(recorded.map(({ pipeline }) => pipeline))].toSorted(compare).map((pipeline) => {
        const runs = recorded.filter((row) => row.pipeline === pipeline);
        const ended = (status: string) => runs.filter((row) => row.status === status);
        const completed = ended('COMPLETED').map((row) => ({ row }));
        const lastFailed = last(ended('FAILED').map(({ ended_at }) => ended_at));
        return {
          pipeline,
          runs: runs.length,
          completed: completed.length,
          failed: ended('FAILED').length,
          cancelled: ended('CANCELLED').length,
          p50_ms: quantileOf(completed, 0.5),
          p95_ms: quantileOf(completed, 0.95),
          last_run_at: cellOf(last(runs.map(({ admitted_at }) => admitted_at)) ?? null),
          last_failed_at: cellOf(lastFailed ?? null),
        };
      });
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
  modelOf(listBillableDays, {
    read(tables, { from, to, after_day, after_pipeline, limit }) {
      const groups = new Map<string, RecordedOutcome[]>();
      for (const row of outcomesBetween(tables, from, to)) {
        if (row.status !== 'COMPLETED') continue;
        const key = `${row.admitted_at.toISOString().slice(0, 10)} ${row.pipeline}`;
        groups.set(key, [...(groups.get(key) ?? []), row]);
      }
      return [...groups]
        .sort(([one], [other]) => compare(one, other))
        .filter(([key]) => after_day === null || key > `${after_day} ${after_pipeline ?? ''}`)
        .slice(0, limit ?? 0)
        .map(([key, rows]) => {
          const sum = (value: (row: RecordedOutcome) => number | null) =>
            rows.reduce((total, row) => total + (value(row) ?? 0), 0);
          return {
            day: key.slice(0, 10),
            pipeline: key.slice(11),
            runs: rows.length,
            duration_ms: sum(({ duration_ms }) => duration_ms),
            rows_written: sum(({ rows_written }) => rows_written),
            bytes_processed: sum(({ bytes_processed }) => bytes_processed),
            bytes_billed: sum(({ bytes_billed }) => bytes_billed),
          };
        });
    },
  }),
];
