import { checkCounters } from '../../../../../shared/sql/runs/check-counters';
import { findRecordedRuns } from '../../../../../shared/sql/runs/find-recorded-runs';
import { findRuns } from '../../../../../shared/sql/runs/find-runs';
import { listRuns } from '../../../../../shared/sql/runs/list-runs';
import { readRun } from '../../../../../shared/sql/runs/read-run';
import { repairCounters } from '../../../../../shared/sql/runs/repair-counters';
import { cellOf, dateCellOf, modelOf } from '../statement-model';
import { isInLedger, monthStart, type StepRecord, type Tables, type TenantRecord } from '../tables';
import { placeOf, slotCells } from './queue';
import {
  cellsOf,
  compare,
  isBetween,
  ledgerOutcomeOf,
  outcomeOf,
  outcomesBetween,
  stateOfRow,
  stateOfSlot,
} from './recorded';

/** What the counters should be. */
export function runsByLaw({ tenant, ledger }: Tables) {
  const month = tenant === undefined ? undefined : monthStart(tenant.quota_reset_date);
  const all = new Set<string>();
  const thisMonth = new Map<string, number>();
  for (const run of [...ledger, ...(tenant?.settled_runs ?? []), ...(tenant?.active_runs ?? [])]) {
    const { run_id, admitted_at } = run;
    all.add(run_id);
    if (month === undefined || admitted_at < month) continue;
    const bytes = ('bytes_billed' in run && run.bytes_billed) || 0;
    thisMonth.set(run_id, Math.max(bytes, thisMonth.get(run_id) ?? 0));
  }
  const bytes_this_month = [...thisMonth.values()].reduce((sum, bytes) => sum + bytes, 0);
  return { runs: all.size, runs_this_month: thisMonth.size, bytes_this_month };
}

function bytesLeft(tenant: TenantRecord | undefined): number | null {
  const budget = tenant?.max_bytes_billed_per_month ?? null;
  return budget === null ? null : Math.max(0, budget - (tenant?.bytes_billed_this_month ?? 0));
}

/** Each attempt or check once, as it was recorded first, in the order of these columns. */
function firstRecords(rows: readonly StepRecord[], ...columns: readonly string[]): readonly StepRecord[] {
  const order = (one: StepRecord, other: StepRecord, names: readonly string[]) =>
    names.map((name) => compare(scalar(one[name]), scalar(other[name]))).find((less) => less !== 0) ?? 0;
  const scalar = (value: StepRecord[string] | undefined) =>
    value === null || value === undefined || typeof value === 'object' ? '' : value;
  return rows
    .toSorted((one, other) => order(one, other, [...columns, 'recorded_at']))
    .filter((row, index, sorted) => {
      const before = sorted[index - 1];
      return before === undefined || order(before, row, columns) !== 0;
    });
}

/** What a row that was streamed without these columns has in them. */
const absent = { bad_records: null, file_format: null, warnings: [], definition_hash: null, watermark: null };

/** The runs that do this one again, oldest first. */
function rerunsOf(tables: Tables, runId: string, tenant: TenantRecord | undefined): readonly string[] {
  const runs = [...tables.ledger, ...(tenant?.settled_runs ?? []), ...(tenant?.active_runs ?? [])]
    .filter(({ rerun_of }) => rerun_of === runId)
    .toSorted(
      (one, other) => compare(one.admitted_at, other.admitted_at) || compare(one.run_id, other.run_id),
    );
  return [...new Set(runs.map(({ run_id }) => run_id))].slice(0, 100);
}

const textCell = (value: StepRecord[string] | undefined) => ({ value });

export const readingModels = [
  modelOf(findRuns, {
    // The ids here say no time, so all days are looked at.
    read(tables, { tenant_id, run_ids }) {
      const tenant = tables.tenant?.tenant_id === tenant_id ? tables.tenant : undefined;
      if (tenant === undefined) return [];
      const slots = tenant.active_runs.filter(
        ({ run_id, queued_until }) => queued_until === null && run_ids.includes(run_id),
      );
      return [
        {
          slots: slots.map(slotCells),
          onboarding_id: tenant.onboarding_id,
          subscription_tier: tenant.subscription_tier,
          bytes_left: bytesLeft(tenant),
          recorded_run_ids: run_ids.filter((id) => isInLedger(tables, id ?? '')),
          alerts: tenant.quota_alerts
            .filter(({ run_id, announced_at }) => announced_at === null && run_ids.includes(run_id))
            .map((alert) => ({
              ...alert,
              month: dateCellOf(alert.month),
              reached_at: cellOf(alert.reached_at),
              announced_at: null,
            })),
        },
      ];
    },
  }),
  modelOf(readRun, {
    read(tables, { tenant_id, run_id }) {
      const id = run_id ?? '';
      const tenant = tables.tenant?.tenant_id === tenant_id ? tables.tenant : undefined;
      const row = outcomeOf(tables, id);
      const slot = tenant?.active_runs.find((active) => active.run_id === id);
      const whole =
        row !== undefined
          ? {
              ...row,
              ...stateOfRow(row),
              handed_on_at: cellOf(row.handed_on_at),
              lease_expires_at: null,
              queued_until: null,
              queue_place: null,
            }
          : slot !== undefined
            ? {
                ...slot,
                ...stateOfSlot(slot),
                watermark: null,
                lease_expires_at: slot.queued_until === null ? cellOf(slot.lease_expires_at) : null,
                handed_on_at: cellOf(slot.handed_on_at),
                queued_until: cellOf(slot.queued_until),
                queue_place: placeOf(tenant?.active_runs ?? [], slot.run_id),
              }
            : undefined;
      if (whole === undefined) return [];
      const attempts = firstRecords(tables.stepsOf.get(id) ?? [], 'step_id', 'attempt').map((step) => ({
        ...absent,
        ...step,
        started_at: textCell(step.started_at),
        ended_at: textCell(step.ended_at),
      }));
      const checks = firstRecords(tables.checksOf.get(id) ?? [], 'step_id', 'check_name');
      const reruns = rerunsOf(tables, id, tenant);
      const { onboarding_id = null, max_concurrent_pipelines = null, mean_run_ms = null } = tenant ?? {};
      return [{ ...whole, onboarding_id, max_concurrent_pipelines, mean_run_ms, attempts, checks, reruns }];
    },
  }),
  modelOf(listRuns, {
    read(tables, { tenant_id, from, to, status, pipeline, before_at, before_id, limit }) {
      const recorded = outcomesBetween(tables, from, to);
      const known = new Set(recorded.map(({ run_id }) => run_id));
      const slots = (tables.tenant?.tenant_id === tenant_id ? tables.tenant.active_runs : []).filter(
        (slot) => isBetween(slot.admitted_at, from, to) && !known.has(slot.run_id),
      );
      return [
        ...recorded.map((row) => ({ row, state: stateOfRow(row) })),
        ...slots.map((slot) => ({ row: slot, state: stateOfSlot(slot) })),
      ]
        .filter(({ state }) => status === null || state.status === status)
        .filter(({ row }) => pipeline === null || row.pipeline === pipeline)
        .filter(
          ({ row }) =>
            before_at === null ||
            row.admitted_at < before_at ||
            (+row.admitted_at === +before_at && row.run_id < (before_id ?? '')),
        )
        .sort(
          ({ row: one }, { row: other }) =>
            compare(other.admitted_at, one.admitted_at) || compare(other.run_id, one.run_id),
        )
        .slice(0, limit ?? 0)
        .map(({ row: { run_id, pipeline: path, trigger }, state }) => ({
          run_id,
          pipeline: path,
          trigger,
          ...state,
        }));
    },
  }),
  modelOf(findRecordedRuns, {
    read: (tables, { run_ids, from, to }) =>
      [...new Set(run_ids)]
        .map((id) => ledgerOutcomeOf(tables, id ?? ''))
        .filter((row) => row !== undefined)
        .filter(({ admitted_at }) => isBetween(admitted_at, from, to))
        .map(cellsOf),
  }),
  modelOf(checkCounters, {
    read(tables, { tenant_id }) {
      const { tenant } = tables;
      if (tenant?.tenant_id !== tenant_id) return [];
      const { pipeline_runs_count, pipeline_runs_this_month, bytes_billed_this_month } = tenant;
      const { runs, runs_this_month, bytes_this_month } = runsByLaw(tables);
      return [
        {
          pipeline_runs_count,
          pipeline_runs_this_month,
          bytes_billed_this_month,
          known_runs: runs,
          known_runs_this_month: runs_this_month,
          known_bytes_this_month: bytes_this_month,
        },
      ];
    },
  }),
  modelOf(repairCounters, {
    change(tables, { tenant_id, now }) {
      const { tenant } = tables;
      if (tenant?.tenant_id !== tenant_id || now === null) return 0;
      const { runs, runs_this_month, bytes_this_month } = runsByLaw(tables);
      const isKept =
        tenant.pipeline_runs_count === runs &&
        tenant.pipeline_runs_this_month === runs_this_month &&
        tenant.bytes_billed_this_month === bytes_this_month;
      if (isKept) return 0;
      tables.tenant = {
        ...tenant,
        pipeline_runs_count: runs,
        pipeline_runs_this_month: runs_this_month,
        bytes_billed_this_month: bytes_this_month,
        updated_at: now,
      };
      return 1;
    },
  }),
];
