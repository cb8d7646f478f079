import { rowsOrNone } from '../google/bigquery/statements/rows-or-none';
import type { RunStatement } from '../google/bigquery/statements/run-statement';
import type { ControlDataset } from '../google/bigquery/tables/control-dataset';
import { findOperationEnd } from '../sql/control/find-operation-end';
import { listOperations, type OperationSummary } from '../sql/control/list-operations';
import { readOperationRows } from '../sql/control/read-operation-rows';
import {
  headOf,
  type OperationHead,
  type OperationProgress,
  type ProgressEntry,
  progressOf,
} from './rules/operation';

/** Which operations are listed. Undefined lets all pass. */
export interface OperationFilter {
  readonly operationId?: string | undefined;
  readonly tenantId?: string | undefined;
  readonly kind?: string | undefined;
  readonly state?: string | undefined;
  /** The last one of the page before. */
  readonly after?: { readonly startedAt: Date; readonly operationId: string } | undefined;
}

/** The operations of the deployment, in the control dataset. All of it throws BigQuery's errors. */
export interface OperationLog {
  /** Appends a row. `writer` names the delivery or the request: a plan is that of one writer. */
  readonly write: (head: OperationHead, writer: string, entry: ProgressEntry) => Promise<void>;
  /** What is to be done; undefined where nothing is known of it. One statement, of the days since shortly before its start. */
  readonly read: (operationId: string, startedAt: Date) => Promise<OperationProgress | undefined>;
  /** Whether it has ended or is paused, so that nothing more is begun. One statement, of the same days. */
  readonly isHalted: (operationId: string, startedAt: Date) => Promise<boolean>;
  /** Youngest first. One statement. */
  readonly list: (filter: OperationFilter, most: number) => Promise<readonly OperationSummary[]>;
}

export interface OperationLogDependencies {
  readonly append: ControlDataset['append'];
  readonly runStatement: RunStatement;
  readonly controlDataset: string;
  readonly newId: () => string;
  readonly now: () => Date;
}

export function createOperationLog(deps: OperationLogDependencies): OperationLog {
  const { append, runStatement, controlDataset, newId, now } = deps;
  return {
    async write(head, writer, { state, planned = null, problem = null, items = [] }) {
      const insertId = newId();
      const times = { started_at: head.started_at.toISOString(), recorded_at: now().toISOString() };
      const json = { ...headOf(head), ...times, writer, state, planned, problem, items: items.map(entryOf) };
      await append('operations', { insertId, json });
    },
    async read(operation_id, startedAt) {
      const which = { operation_id, from: beforeStart(startedAt) };
      return progressOf(await rowsOrNone(runStatement(controlDataset, readOperationRows, which)));
    },
    async isHalted(operation_id, startedAt) {
      const which = { operation_id, from: beforeStart(startedAt) };
      const [row] = await rowsOrNone(runStatement(controlDataset, findOperationEnd, which));
      return row !== undefined && (row.is_ended || row.is_paused);
    },
    list: ({ operationId, tenantId, kind, state, after }, most) =>
      rowsOrNone(
        runStatement(controlDataset, listOperations, {
          operation_id: operationId ?? null,
          tenant_id: tenantId ?? null,
          kind: kind ?? null,
          state: state ?? null,
          until_at: after?.startedAt ?? null,
          until_id: after?.operationId ?? null,
          most,
        }),
      ),
  };
}

/**
 * Two requests under one key may write down two starts of an operation: these are never as far apart. In milliseconds.
 */
const startsApartMs = 24 * 3_600_000;
const beforeStart = (startedAt: Date): Date => new Date(startedAt.getTime() - startsApartMs);

const entryOf = ({ tenant_id, item_id, outcome, problem }: NonNullable<ProgressEntry['items']>[number]) => ({
  tenant_id,
  item_id,
  outcome,
  problem,
});
