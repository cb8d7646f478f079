import { z } from 'zod';
import type { OperationSummary } from '../sql/control/list-operations';
import type { OperationHead } from './rules/operation';

const filterSchema = z.record(z.string(), z.unknown());

/** All but who asked for it: `started_by` says that. */
function shownFilter(text: string) {
  const { asked_by: _, ...filter } = filterSchema.parse(JSON.parse(text));
  return filter;
}

/** For the audit log: nothing of what the runs are given, and not who asked for it. */
export function auditedFilter(text: string): string {
  const { parameters: _, watermark: __, ...filter } = shownFilter(text);
  return JSON.stringify(filter);
}

/** An operation as the HTTP interface shows it. Who works for the operator is no tenant's business. */
export function shownOperation(operation: OperationSummary, isAdmin: boolean) {
  const { started_by_kind, started_by, is_planned, ended_at } = operation;
  const isTenants = started_by_kind === 'key' || started_by_kind === 'token';
  return {
    operation_id: operation.operation_id,
    kind: operation.kind,
    tenant_id: operation.tenant_id,
    state: operation.state,
    total: is_planned ? operation.total : null,
    done: operation.done,
    skipped: operation.skipped,
    failed: operation.failed,
    problems: operation.problems,
    filter: shownFilter(operation.filter),
    reason: operation.reason,
    started_by:
      isAdmin || isTenants
        ? { kind: started_by_kind, id: started_by }
        : { kind: 'admin' as const, id: 'admin' },
    started_at: operation.started_at.toISOString(),
    updated_at: operation.updated_at.toISOString(),
    ended_at: ended_at?.toISOString() ?? null,
  };
}

/** One of which nothing was done yet. */
export const waitingOperation = (head: OperationHead): OperationSummary => ({
  ...head,
  state: 'waiting',
  is_planned: false,
  total: 0,
  done: 0,
  skipped: 0,
  failed: 0,
  updated_at: head.started_at,
  ended_at: null,
  problems: [],
});
