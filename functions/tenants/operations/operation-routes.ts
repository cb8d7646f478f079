import { z } from 'zod';
import type { Actor } from '../../../shared/audit/audit-entry';
import { ServiceError } from '../../../shared/errors';
import type { PublishOperation } from '../../../shared/google/pubsub/publish-operation';
import type { OperationId } from '../../../shared/http/access';
import {
  type AdminAuthentication,
  type Caller,
  requireAdmin,
  requireAdminOrTenant,
  type TenantAuthentication,
  tenantInPath,
} from '../../../shared/http/authorize';
import { nextPageLink } from '../../../shared/http/headers/next-page';
import {
  cursorSchema,
  earliest,
  encodeCursor,
  expectNoBody,
  expectNoQuery,
  latest,
  limitSchema,
  parseQuery,
  parseRequest,
} from '../../../shared/http/parse';
import type { HttpReply } from '../../../shared/http/reply';
import type { HttpRequest, Route } from '../../../shared/http/route';
import type { Log } from '../../../shared/log';
import type { OperationLog } from '../../../shared/operations/operation-log';
import { isEnded, operationStates, type RowState } from '../../../shared/operations/rules/operation';
import { operationIdSchema } from '../../../shared/operations/rules/operation-identity';
import { shownOperation } from '../../../shared/operations/shown-operation';
import type { OperationSummary } from '../../../shared/sql/control/list-operations';
import { isWithin } from '../../../shared/tenants/rules/key-pipelines';
import { tenantIdSchema } from '../../../shared/tenants/rules/tenant-id';

export interface OperationRoutesDependencies extends AdminAuthentication, TenantAuthentication {
  readonly operations: OperationLog;
  readonly publishOperation: PublishOperation;
  readonly log: Log;
  readonly newId: () => string;
  readonly now: () => Date;
}

const placeSchema = z
  .tuple([z.int(), z.string().max(200)])
  .transform(([time, operationId]) => ({ startedAt: new Date(time), operationId }))
  .refine(({ startedAt }) => startedAt >= earliest && startedAt <= latest);

/** The query of `GET /api/v1/operations`. */
export const operationListSchema = z.strictObject({
  state: z.enum(operationStates, `expected one of ${operationStates.join(', ')}`).optional(),
  kind: z.string().min(1, 'expected a kind').max(100, 'expected at most 100 characters').optional(),
  tenant: tenantIdSchema.optional(),
  limit: limitSchema(50, 200),
  cursor: cursorSchema(placeSchema).optional(),
});

const operationsPath = '/api/v1/operations';
const ofTenantPath = '/api/v1/tenants/{tenant}/operations';

/** What admins see of all operations, and tenants of their own; and how either ends one. */
export function operationRoutes(deps: OperationRoutesDependencies): readonly Route[] {
  return [
    {
      operation: 'listOperations',
      method: 'GET',
      path: operationsPath,
      handle: async (request) => {
        await requireAdmin(deps, request);
        const { limit, cursor, state, kind, tenant } = parseQuery(operationListSchema, request.query);
        // One more than asked for shows whether there is a next page.
        const found = await deps.operations.list({ state, kind, tenantId: tenant, after: cursor }, limit + 1);
        const page = found.slice(0, limit);
        const last = page.at(-1);
        const hasNext = found.length > limit && last !== undefined;
        const next = hasNext ? encodeCursor([last.started_at.getTime(), last.operation_id]) : null;
        const operations = page.map((operation) => shownOperation(operation, true));
        return { status: 200, headers: nextPageLink(request, next), body: { operations, next_cursor: next } };
      },
    },
    {
      operation: 'showOperation',
      method: 'GET',
      path: `${operationsPath}/{operation_id}`,
      handle: async (request) => {
        const operationId = operationInPath(request);
        await requireAdmin(deps, request);
        expectNoQuery(request);
        return { status: 200, body: shownOperation(await find(operationId, undefined, deps), true) };
      },
    },
    {
      operation: 'showTenantOperation',
      method: 'GET',
      path: `${ofTenantPath}/{operation_id}`,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        const operationId = operationInPath(request);
        const { isAdmin } = await requireAdminOrTenant(deps, request, tenantId);
        expectNoQuery(request);
        return { status: 200, body: shownOperation(await find(operationId, tenantId, deps), isAdmin) };
      },
    },
    ...changing('abortOperation', 'abortTenantOperation', 'abort', abort, deps),
    ...changing('pauseOperation', 'pauseTenantOperation', 'pause', pause, deps),
    ...changing('resumeOperation', 'resumeTenantOperation', 'resume', resume, deps),
  ];
}

/** Who changes an operation. */
type OperationChanger = Pick<Caller, 'isAdmin' | 'pipelines'>;

/** The same change, as an admin makes it and as the tenant does. */
function changing(
  operation: OperationId,
  ofTenant: OperationId,
  verb: string,
  change: (
    operation: OperationSummary,
    caller: OperationChanger,
    deps: OperationRoutesDependencies,
  ) => Promise<HttpReply>,
  deps: OperationRoutesDependencies,
): readonly Route[] {
  return [
    {
      operation,
      method: 'POST',
      path: `${operationsPath}/{operation_id}/${verb}`,
      handle: async (request) => {
        const operationId = operationInPath(request);
        await requireAdmin(deps, request);
        expectNoQuery(request);
        await expectNoBody(request);
        return change(await find(operationId, undefined, deps), { isAdmin: true, pipelines: [] }, deps);
      },
    },
    {
      operation: ofTenant,
      method: 'POST',
      path: `${ofTenantPath}/{operation_id}/${verb}`,
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        const operationId = operationInPath(request);
        const caller = await requireAdminOrTenant(deps, request, tenantId);
        expectNoQuery(request);
        await expectNoBody(request);
        return change(await find(operationId, tenantId, deps), caller, deps);
      },
    },
  ];
}

const operationInPath = (request: HttpRequest): string =>
  parseRequest(operationIdSchema, request.params.operation_id, 'operation_id in the path');

/** One statement. Throws `operation_not_found`. */
async function find(
  operationId: string,
  tenantId: string | undefined,
  { operations }: OperationRoutesDependencies,
): Promise<OperationSummary> {
  const [operation] = await operations.list({ operationId, tenantId }, 1);
  if (operation !== undefined) return operation;
  const whose = tenantId === undefined ? '' : ` of tenant '${tenantId}'`;
  throw new ServiceError('operation_not_found', `There is no operation '${operationId}'${whose}`);
}

/** What is under way at that moment is done; nothing is begun after it. One that has ended stays as it is. */
async function abort(
  operation: OperationSummary,
  caller: OperationChanger,
  deps: OperationRoutesDependencies,
): Promise<HttpReply> {
  if (isEnded(operation.state)) return { status: 200, body: shownOperation(operation, caller.isAdmin) };
  return writeState(operation, 'aborted', 'aborted', caller, deps);
}

/** What is under way goes on; nothing is begun after it. One that has ended, or is paused, stays as it is. */
async function pause(
  operation: OperationSummary,
  caller: OperationChanger,
  deps: OperationRoutesDependencies,
): Promise<HttpReply> {
  if (isEnded(operation.state) || operation.state === 'paused')
    return { status: 200, body: shownOperation(operation, caller.isAdmin) };
  return writeState(operation, 'paused', 'paused', caller, deps);
}

/** One that is not paused stays as it is. Where its message cannot be published, reconcile does that. */
async function resume(
  operation: OperationSummary,
  caller: OperationChanger,
  deps: OperationRoutesDependencies,
): Promise<HttpReply> {
  if (operation.state !== 'paused') return { status: 200, body: shownOperation(operation, caller.isAdmin) };
  const reply = await writeState(operation, 'resumed', 'running', caller, deps);
  const { operation_id, started_at } = operation;
  try {
    await deps.publishOperation({ operation_id, started_at: started_at.toISOString() });
  } catch (error) {
    const text = 'The message of an operation could not be published; reconcile does it';
    deps.log('WARNING', text, { operation_id, error });
  }
  return reply;
}

/** Throws `insufficient_role` or `pipeline_not_allowed` where the caller may not. */
async function writeState(
  operation: OperationSummary,
  written: RowState,
  shown: OperationSummary['state'],
  { isAdmin, pipelines }: OperationChanger,
  { operations, newId, now }: OperationRoutesDependencies,
): Promise<HttpReply> {
  if (!isAdmin && isAdmins(operation.started_by_kind)) {
    throw new ServiceError('insufficient_role', 'Forbidden: an admin started this operation', {
      members: { required_role: 'admin' },
    });
  }
  requirePipelinesOf(operation, pipelines);
  const { operation_id, tenant_id, state } = operation;
  await operations.write(operation, newId(), { state: written });
  const at = now();
  const changed = { ...operation, state: shown, updated_at: at, ended_at: isEnded(shown) ? at : null };
  return {
    status: 202,
    body: shownOperation(changed, isAdmin),
    change: { tenantId: tenant_id, target: operation_id, before: { state }, after: { state: shown } },
  };
}

const pipelinesSchema = z.object({ allowed_pipelines: z.array(z.string()).default([]) });

/** Throws `pipeline_not_allowed` where the operation is about pipelines that the caller's key is not for. */
function requirePipelinesOf({ filter }: OperationSummary, pipelines: readonly string[]): void {
  const { allowed_pipelines } = pipelinesSchema.parse(JSON.parse(filter));
  if (isWithin(allowed_pipelines, pipelines)) return;
  throw new ServiceError(
    'pipeline_not_allowed',
    `Forbidden: this operation is about more pipelines than this key is for, which are: ${pipelines.join(', ')}`,
  );
}

const isAdmins = (kind: Actor['kind']): boolean => kind === 'admin' || kind === 'person';
