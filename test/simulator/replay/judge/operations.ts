import { z } from 'zod';
import type { AppendedRow } from '../../../../shared/google/bigquery/tables/append-rows';
import { parseBackfillFilter } from '../../../../shared/operations/rules/backfill';
import { matchingRuns, parseCancelFilter } from '../../../../shared/operations/rules/bulk-cancel';
import {
  type ItemEntry,
  isEnded,
  itemKeyOf,
  type OperationRow,
  progressOf,
} from '../../../../shared/operations/rules/operation';
import type { Slot } from '../../../../shared/runs/rules/ledger-row';
import { runIdOfKey } from '../../../../shared/runs/rules/run-identity';
import { parseInstructions } from '../../../../shared/runs/rules/run-instructions';
import { outcomeOf } from '../cloud/statements/recorded';
import { operationRecordSchema, type Tables } from '../cloud/tables';
import type { VirtualTime } from '../time/virtual-time';
import type { Journal } from './journal';
import { countOne, type Register } from './register';
import { tokenOf } from './run-token';

/** Judges what operations start and tell. */
export interface OperationJudge {
  /** A run got a slot, or a place in the queue. */
  readonly admitted: (tenantId: string, slot: Slot) => void;
  /** A row of `operations` was taken. */
  readonly told: (json: AppendedRow['json']) => void;
  /** Whether somebody has asked for the end of runs of which this is one. */
  readonly mayCancel: (
    tenantId: string,
    run: { readonly pipeline: string; readonly admitted_at: Date },
  ) => boolean;
  /** Of those that have neither ended nor are paused. */
  readonly underWay: () => readonly string[];
  /** Compares what is shown of an operation at the end with what was done. */
  readonly atEnd: (shown: ShownOperation) => void;
  readonly ids: () => Iterable<string>;
}

export const shownOperationSchema = z.object({
  operation_id: z.string(),
  state: z.string(),
  total: z.int().nullable(),
  done: z.int(),
  skipped: z.int(),
  failed: z.int(),
});
export type ShownOperation = z.infer<typeof shownOperationSchema>;

/** What is under way when an operation is ended or paused may go on for so long: an admission that is late, at most. */
const goesOnForMs = 600_000;
/** The item of a bulk cancellation that stands for all runs of a tenant. */
const allRuns = '*';

export function createOperationJudge(
  time: VirtualTime,
  { violate }: Pick<Journal, 'violate'>,
  { played }: Pick<Register, 'played'>,
  isRun: (tenantId: string, runId: string) => boolean,
  tablesOf: (tenantId: string) => Tables,
): OperationJudge {
  const rowsOf = new Map<string, OperationRow[]>();
  /** Since when nothing more is to be begun. */
  const haltedAt = new Map<string, number>();
  const runs = new Map<string, string>();
  /**
   * Items that nobody does any more: a delivery has planned them after another had brought the operation to its end, or
   * in a row that the other could not read yet, and nothing of them is left.
   */
  const moot = new Set<string>();

  const stateOf = (operationId: string) => progressOf(rowsOf.get(operationId) ?? [])?.state;
  const itemsOf = (operationId: string): ReadonlyMap<string, ItemEntry> => {
    const items = new Map<string, ItemEntry>();
    for (const item of rowsOf.get(operationId)?.flatMap((row) => row.items) ?? []) {
      const known = items.get(itemKeyOf(item));
      if (known === undefined || known.outcome === 'planned' || item.outcome === 'done')
        items.set(itemKeyOf(item), item);
    }
    return items;
  };

  /** What is told of an item is what has become of its run. */
  function judgeItem({ operation_id, kind }: OperationRow, item: ItemEntry): void {
    const { tenant_id, item_id, outcome } = item;
    const name = `${operation_id} ${tenant_id} ${item_id}`;
    countOne(played, `${kind} item ${outcome}`);
    if (!itemsOf(operation_id).has(itemKeyOf(item))) violate('item', `${name} was not planned`);
    if (kind === 'bulk-cancel' && item_id === allRuns) return;
    const runId = kind === 'bulk-cancel' ? item_id : runIdOfItem(operation_id, tenant_id, item_id);
    const status = outcomeOf(tablesOf(tenant_id), runId)?.status;
    const isSo =
      kind === 'bulk-cancel'
        ? (status === 'CANCELLED') === (outcome === 'done') &&
          (status !== undefined || !isRun(tenant_id, runId))
        : outcome === 'done'
          ? status === 'COMPLETED'
          : outcome === 'skipped'
            ? status === 'CANCELLED'
            : status === 'FAILED' || !isRun(tenant_id, runId);
    if (!isSo) violate('item', `${name} is told as ${outcome}, and its run ${runId} is ${status}`);
  }

  /** Whether there is still something to do of an open item. */
  function isLeft({ kind, filter }: OperationRow, { tenant_id, item_id }: ItemEntry): boolean {
    if (kind !== 'bulk-cancel') return true;
    const { tenant } = tablesOf(tenant_id);
    const inFlight = {
      subscription_tier: tenant?.subscription_tier ?? '',
      active_runs: tenant?.active_runs ?? [],
    };
    const matching = matchingRuns(inFlight, parseCancelFilter(filter));
    return item_id === allRuns ? matching.length > 0 : matching.includes(item_id);
  }

  /** Nothing is left out of one that is done. */
  function judgeDone(row: OperationRow): void {
    const { operation_id, kind, filter } = row;
    const items = itemsOf(operation_id);
    for (const [key, item] of items) {
      if (item.outcome !== 'planned' || moot.has(`${operation_id} ${key}`)) continue;
      if (isLeft(row, item)) violate('ended', `${operation_id} is done without ${key}`);
      else moot.add(`${operation_id} ${key}`);
    }
    if (kind !== 'backfill') return;
    const { from, to } = parseBackfillFilter(filter);
    const days = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
    if (items.size !== days) violate('ended', `${operation_id} is done with ${items.size} of ${days} dates`);
  }

  return {
    ids: () => rowsOf.keys(),

    admitted(tenantId, { run_id, instructions, rerun_of, parameters }) {
      const { operation } = parseInstructions(instructions);
      if (operation === undefined) return;
      const { operation_id } = operation;
      const itemId = rerun_of ?? tokenOf(parameters);
      const name = `${operation_id} ${tenantId} ${itemId}`;
      const before = runs.get(name);
      if (before !== undefined && before !== run_id)
        violate('item', `${name} makes ${run_id}, and has made ${before}`);
      runs.set(name, run_id);
      if (!itemsOf(operation_id).has(itemKeyOf({ tenant_id: tenantId, item_id: itemId })))
        violate('item', `${name} makes ${run_id}, and is not planned`);
      const haltedForMs = time.now() - (haltedAt.get(operation_id) ?? Number.POSITIVE_INFINITY);
      if (haltedForMs > goesOnForMs)
        violate('halted', `${name} is begun ${haltedForMs} ms after it was ${stateOf(operation_id)}`);
    },

    told(json) {
      const row = operationRecordSchema.parse(json);
      const { operation_id, kind, state } = row;
      const before = stateOf(operation_id);
      for (const item of row.items) if (item.outcome !== 'planned') judgeItem(row, item);
      if (before !== undefined && isEnded(before))
        for (const item of row.items)
          if (!itemsOf(operation_id).has(itemKeyOf(item))) moot.add(`${operation_id} ${itemKeyOf(item)}`);
      rowsOf.set(operation_id, [...(rowsOf.get(operation_id) ?? []), row]);
      if (state === 'done') judgeDone(row);
      const after = stateOf(operation_id);
      if (after === before || after === undefined) return;
      countOne(played, `${kind} ${after}`);
      if (isEnded(after) || after === 'paused')
        haltedAt.set(operation_id, haltedAt.get(operation_id) ?? time.now());
      else haltedAt.delete(operation_id);
    },

    mayCancel: (tenantId, { pipeline, admitted_at }) =>
      [...rowsOf.values()].some((rows) => {
        const [first] = rows;
        if (first?.kind !== 'bulk-cancel' || first.tenant_id !== tenantId) return false;
        const filter = parseCancelFilter(first.filter);
        return admitted_at < filter.to && (filter.pipeline === null || filter.pipeline === pipeline);
      }),

    underWay: () =>
      [...rowsOf.keys()].filter((operationId) => {
        const state = stateOf(operationId);
        return state !== undefined && !isEnded(state) && state !== 'paused';
      }),

    atEnd({ operation_id, state, total, ...counts }) {
      const items = [...itemsOf(operation_id).values()];
      const count = (wanted: string) => items.filter(({ outcome }) => outcome === wanted).length;
      const meant = { done: count('done'), skipped: count('skipped'), failed: count('failed') };
      const all = items.length - (state === 'done' ? count('planned') : 0);
      const is = { ...meant, state: stateOf(operation_id), total: total === null ? null : all };
      const shown = { ...counts, state, total };
      for (const [name, value] of Object.entries(shown)) {
        const decided: unknown = Reflect.get(is, name);
        if (decided !== value)
          violate('item', `${operation_id}: ${value} ${name} is shown, and it is ${decided}`);
      }
      const left = items.filter(
        (item) => item.outcome === 'planned' && !moot.has(`${operation_id} ${itemKeyOf(item)}`),
      );
      if (state === 'done' && left.length > 0)
        violate('ended', `${operation_id} is done, and ${left.length} items are left`);
    },
  };
}

/** The same of each start of the item's run, whoever starts it. */
const runIdOfItem = (operationId: string, tenantId: string, itemId: string): string =>
  runIdOfKey(tenantId, `operation ${operationId} ${itemId}`);
