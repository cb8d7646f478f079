import {
  type ItemEntry,
  isEnded,
  itemKeyOf,
  itemOutcomes,
  type OperationRow,
  progressOf,
} from '../../../../../shared/operations/rules/operation';
import { findOperationEnd } from '../../../../../shared/sql/control/find-operation-end';
import { listOperations } from '../../../../../shared/sql/control/list-operations';
import { listStalledOperations } from '../../../../../shared/sql/control/list-stalled-operations';
import { readOperationRows } from '../../../../../shared/sql/control/read-operation-rows';
import { findOperationRuns } from '../../../../../shared/sql/runs/find-operation-runs';
import { listRunsToRerun } from '../../../../../shared/sql/runs/list-runs-to-rerun';
import { cellOf, modelOf } from '../statement-model';
import type { Tables } from '../tables';
import { compare, outcomeOf, outcomesBetween } from './recorded';

const isPaused = (rows: readonly OperationRow[]): boolean => {
  const own = rows.filter(({ state }) => !isEnded(state));
  return progressOf(own)?.state === 'paused';
};
/** The rows of an operation that was started since then. */
const rowsSince = (
  { operationsOf }: Tables,
  { operation_id, from }: { readonly operation_id: string | null; readonly from: Date | null },
): readonly OperationRow[] =>
  (operationsOf.get(operation_id ?? '') ?? []).filter(
    ({ started_at }) => from !== null && started_at >= from,
  );
const lastOf = (rows: readonly OperationRow[]): Date =>
  new Date(Math.max(...rows.map(({ recorded_at }) => recorded_at.getTime())));

/** An operation as lists show it. */
function summaryOf(rows: readonly OperationRow[]) {
  const [first] = rows;
  const state = progressOf(rows)?.state;
  if (first === undefined || state === undefined) return [];
  const items = new Map<string, ItemEntry>();
  for (const item of rows.flatMap((row) => row.items)) {
    const known = items.get(itemKeyOf(item));
    const isLess = (known && itemOutcomes.indexOf(known.outcome)) ?? -1;
    if (isLess < itemOutcomes.indexOf(item.outcome)) items.set(itemKeyOf(item), item);
  }
  const count = (outcome: string) => [...items.values()].filter((item) => item.outcome === outcome).length;
  const endings = rows.filter((row) => isEnded(row.state)).map(({ recorded_at }) => recorded_at);
  const { items: _, writer: __, recorded_at: ___, planned: ____, problem: _____, ...head } = first;
  return [
    {
      ...head,
      state,
      started_at: cellOf(first.started_at),
      is_planned: rows.some(({ planned }) => planned !== null),
      total: state === 'done' ? items.size - count('planned') : items.size,
      done: count('done'),
      skipped: count('skipped'),
      failed: count('failed'),
      updated_at: cellOf(lastOf(rows)),
      ended_at: cellOf(endings.toSorted(compare)[0] ?? null),
      // No simulated caller looks at them.
      problems: [],
    },
  ];
}

export const operationModels = [
  modelOf(readOperationRows, {
    read: (tables, asked) =>
      rowsSince(tables, asked)
        .toSorted((one, other) => compare(one.recorded_at, other.recorded_at))
        .map((row) => ({
          ...row,
          started_at: cellOf(row.started_at),
          recorded_at: cellOf(row.recorded_at),
        })),
  }),
  modelOf(findOperationEnd, {
    read(tables, asked) {
      const rows = rowsSince(tables, asked);
      return [{ is_ended: rows.some(({ state }) => isEnded(state)), is_paused: isPaused(rows) }];
    },
  }),
  modelOf(listOperations, {
    read: ({ operationsOf }, { operation_id, tenant_id, kind, state, until_at, until_id, most }) =>
      [...operationsOf.values()]
        .flatMap(summaryOf)
        .filter((row) => operation_id === null || row.operation_id === operation_id)
        .filter((row) => tenant_id === null || row.tenant_id === tenant_id)
        .filter((row) => kind === null || row.kind === kind)
        .filter((row) => state === null || row.state === state)
        .filter(() => until_at === null && until_id === null)
        .slice(0, most ?? 0),
  }),
  modelOf(listStalledOperations, {
    read: ({ operationsOf }, { since, moved_before }) =>
      [...operationsOf.values()]
        .filter((rows) => !rows.some(({ state }) => isEnded(state)) && !isPaused(rows))
        .flatMap((rows) => {
          const [first] = rows;
          const updated_at = lastOf(rows);
          if (first === undefined || since === null || moved_before === null) return [];
          if (first.started_at < since || updated_at >= moved_before) return [];
          const { operation_id, started_at } = first;
          return [{ operation_id, started_at: cellOf(started_at), updated_at: cellOf(updated_at) }];
        }),
  }),
  modelOf(listRunsToRerun, {
    read(tables, { from, to, status, pipeline, pipelines, limit }) {
      const recorded = outcomesBetween(tables, from, new Date('2100-01-01'));
      const doneAgain = new Set(
        [...recorded, ...(tables.tenant?.active_runs ?? [])].map(({ rerun_of }) => rerun_of),
      );
      return recorded
        .filter(({ admitted_at }) => to !== null && admitted_at < to)
        .filter((run) => status === null || run.status === status)
        .filter((run) => pipeline === null || run.pipeline === pipeline)
        .filter((run) => pipelines.length === 0 || pipelines.includes(run.pipeline))
        .filter(({ run_id }) => !doneAgain.has(run_id))
        .toSorted(
          (one, other) => compare(other.admitted_at, one.admitted_at) || compare(other.run_id, one.run_id),
        )
        .slice(0, limit ?? 0)
        .map(({ run_id }) => ({ run_id }));
    },
  }),
  modelOf(findOperationRuns, {
    read(tables, { tenant_id, run_ids, from, key_id, now }) {
      const { tenant, keys } = tables;
      if (tenant?.tenant_id !== tenant_id || from === null || now === null) return [];
      const isValid = keys.some(
        (key) =>
          key.key_id === key_id &&
          key.revoked_at === null &&
          (key.expires_at === null || key.expires_at > now),
      );
      return [
        {
          created_at: cellOf(tenant.created_at),
          is_key_valid: key_id === '' || isValid,
          ended: run_ids
            .flatMap((runId) => outcomeOf(tables, runId ?? '') ?? [])
            .filter(({ admitted_at }) => admitted_at >= from)
            .map(({ run_id, status, error_message }) => ({ run_id, status, error_message })),
          in_flight: tenant.active_runs
            .map(({ run_id }) => run_id)
            .filter((runId) => run_ids.includes(runId)),
        },
      ];
    },
  }),
];
