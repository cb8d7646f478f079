import type { Actor } from '../audit/audit-entry';
import { ServiceError } from '../errors';
import type { ReadTenantLife } from '../google/bigquery/tables/read-tenant-state';
import type { PublishOperation } from '../google/pubsub/publish-operation';
import type { HttpReply } from '../http/reply';
import type { Log } from '../log';
import type { OperationSummary } from '../sql/control/list-operations';
import type { OperationLog } from './operation-log';
import type { OperationHead } from './rules/operation';
import { operationIdOf, operationIdOfKey } from './rules/operation-identity';
import { askedHashIn } from './rules/started-runs';
import { auditedFilter, shownOperation, waitingOperation } from './shown-operation';

export interface StartOperationDependencies {
  readonly operations: OperationLog;
  readonly publishOperation: PublishOperation;
  readonly newId: () => string;
  readonly now: () => Date;
  readonly log: Log;
}

/** Who asks for an operation, and what it gets for it. */
export interface OperationCaller {
  readonly actor: Actor;
  readonly isAdmin: boolean;
  /** Where the operation's id follows from the request. */
  readonly operationId?: string | undefined;
}

export type OperationToStart = Pick<OperationHead, 'kind' | 'tenant_id' | 'filter' | 'reason'>;

/**
 * Writes the operation down, and has it worked on. From the row on it will be: where its message cannot be
 * published, reconcile does that. Throws BigQuery's error, after which there may be an operation that is worked on.
 */
export async function startOperation(
  { kind, tenant_id, filter, reason }: OperationToStart,
  { actor, isAdmin, operationId }: OperationCaller,
  startedAt: Date,
  { operations, publishOperation, newId, log }: StartOperationDependencies,
): Promise<HttpReply> {
  const head: OperationHead = {
    operation_id: operationId ?? operationIdOf(newId()),
    started_at: startedAt,
    kind,
    tenant_id,
    started_by_kind: actor.kind,
    started_by: actor.id,
    filter,
    reason,
  };
  const { operation_id } = head;
  await operations.write(head, newId(), { state: 'waiting' });
  try {
    await publishOperation({ operation_id, started_at: startedAt.toISOString() });
  } catch (error) {
    const text = 'The message of an operation could not be published; reconcile does it';
    log('WARNING', text, { operation_id, error });
  }
  return startedReply(waitingOperation(head), isAdmin);
}

/** Who asks for an operation that a request's key stands for, if it has one. */
export interface KeyedCaller extends Omit<OperationCaller, 'operationId'> {
  readonly key: string | undefined;
  readonly readTenantLife: ReadTenantLife;
}

/**
 * The same for one that starts runs of a tenant: a repeat under the same key finds the operation, with one statement
 * more, and a read that is free of charge. Throws also `idempotency_key_reused` where the key stands for another.
 */
export async function startOperationOnce(
  operation: OperationToStart & { readonly tenant_id: string },
  { key, readTenantLife, ...caller }: KeyedCaller,
  startedAt: Date,
  deps: StartOperationDependencies,
): Promise<HttpReply> {
  if (key === undefined) return startOperation(operation, caller, startedAt, deps);
  const { kind, tenant_id: tenantId, filter } = operation;
  const life = await readTenantLife(tenantId);
  if (life === undefined) throw new ServiceError('tenant_not_found', `There is no tenant '${tenantId}'`);
  const operationId = operationIdOfKey(kind, tenantId, life.onboarding_id, key);
  const [known] = await deps.operations.list({ operationId, tenantId }, 1);
  if (known === undefined) return startOperation(operation, { ...caller, operationId }, startedAt, deps);
  if (askedHashIn(known.filter) === askedHashIn(filter)) return startedReply(known, caller.isAdmin);
  throw new ServiceError(
    'idempotency_key_reused',
    'This Idempotency-Key was used for another request. Use a new key.',
  );
}

/** The answer to whoever has started it. */
function startedReply(operation: OperationSummary, isAdmin: boolean): HttpReply {
  const { operation_id, tenant_id, kind, reason, filter } = operation;
  const path = tenant_id === null ? '/api/v1/operations' : `/api/v1/tenants/${tenant_id}/operations`;
  return {
    status: 202,
    headers: { Location: `${path}/${operation_id}` },
    body: shownOperation(operation, isAdmin),
    change: {
      tenantId: tenant_id,
      target: operation_id,
      after: { kind, filter: auditedFilter(filter), reason },
    },
  };
}
