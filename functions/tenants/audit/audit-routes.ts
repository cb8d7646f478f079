import { z } from 'zod';
import { isNotFound } from '../../../shared/google/bigquery/failures';
import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import type { ReadTenantSummary } from '../../../shared/google/bigquery/tables/read-tenant-state';
import type { OperationId } from '../../../shared/http/access';
import {
  type AdminAuthentication,
  requireAdmin,
  requireAdminOrTenant,
  type TenantAuthentication,
  tenantInPath,
} from '../../../shared/http/authorize';
import { csvReply, csvText, wantsCsv } from '../../../shared/http/csv';
import { nextPageLink } from '../../../shared/http/headers/next-page';
import {
  cursorSchema,
  earliest,
  encodeCursor,
  latest,
  limitSchema,
  momentSchema,
  parseQuery,
} from '../../../shared/http/parse';
import type { HttpReply } from '../../../shared/http/reply';
import type { HttpRequest, Route } from '../../../shared/http/route';
import { listAuditLog } from '../../../shared/sql/control/list-audit-log';
import { tenantIdSchema } from '../../../shared/tenants/rules/tenant-id';
import { tenantNotFound } from '../../../shared/tenants/tenant-not-found';
import { type AuditRow, readRunStarts } from './run-starts';

export interface AuditRoutesDependencies extends AdminAuthentication, TenantAuthentication {
  readonly runStatement: RunStatement;
  readonly readTenantSummary: ReadTenantSummary;
  /** The dataset of the audit log. */
  readonly controlDataset: string;
}

const placeSchema = z
  .tuple([z.int(), z.string().max(128)])
  .transform(([time, auditId]) => ({ occurredAt: new Date(time), auditId }))
  .refine(({ occurredAt }) => occurredAt >= earliest && occurredAt <= latest);

const text = z.string().min(1, 'expected a text').max(200, 'expected at most 200 characters');

/** The action whose entries stand in each tenant's own tables. */
const startOfRun = 'startRun' satisfies OperationId;

/** The query of both lists. */
const auditQueryFields = {
  from: momentSchema.default(earliest),
  to: momentSchema.default(latest),
  action: text.optional(),
  actor: text.optional(),
  limit: limitSchema(100, 1000),
  cursor: cursorSchema(placeSchema).optional(),
};
export const tenantAuditQuerySchema = z.strictObject(auditQueryFields);
export const auditQuerySchema = z
  .strictObject({ ...auditQueryFields, tenant: tenantIdSchema.optional() })
  .refine(({ action, tenant }) => action !== startOfRun || tenant !== undefined, {
    path: ['tenant'],
    error: `expected a tenant: where the action is ${startOfRun}, its own tables are read`,
  });

type AuditQuery = z.infer<typeof auditQuerySchema>;

/** The audit log: of all tenants for admins, of one for its own keys that may `manage`. */
export function auditRoutes(deps: AuditRoutesDependencies): readonly Route[] {
  return [
    {
      operation: 'listAuditLog',
      method: 'GET',
      path: '/api/v1/audit',
      handle: async (request) => {
        await requireAdmin(deps, request);
        const { tenant, ...query } = parseQuery(auditQuerySchema, request.query);
        return told(request, await readPage(tenant, query, deps), shownToAdmins);
      },
    },
    {
      operation: 'listTenantAuditLog',
      method: 'GET',
      path: '/api/v1/tenants/{tenant}/audit',
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        const { isAdmin } = await requireAdminOrTenant(deps, request, tenantId);
        const query = parseQuery(tenantAuditQuerySchema, request.query);
        if (isAdmin) return told(request, await readPage(tenantId, query, deps), shownToAdmins);
        const began = await beginOfLife(tenantId, deps);
        const from = query.from < began ? began : query.from;
        return told(request, await readPage(tenantId, { ...query, from }, deps), shownToTenants);
      },
    },
  ];
}

/**
 * When the tenant was onboarded. Entries from before are of another customer that had its name. Free of charge. Throws
 * `tenant_not_found`.
 */
async function beginOfLife(tenantId: string, deps: AuditRoutesDependencies): Promise<Date> {
  const summary = await deps.readTenantSummary(tenantId);
  if (summary === undefined) throw tenantNotFound(tenantId);
  return summary.created_at;
}

/** A page, and where the next one begins. One statement. */
async function readPage(
  tenantId: string | undefined,
  { from, to, action, actor, limit, cursor }: Omit<AuditQuery, 'tenant'>,
  { runStatement, controlDataset }: AuditRoutesDependencies,
) {
  const parameters = {
    from,
    to,
    tenant_id: tenantId ?? null,
    action: action ?? null,
    actor: actor ?? null,
    until_at: cursor?.occurredAt ?? null,
    until_id: cursor?.auditId ?? null,
    // One row more than asked for shows whether there is a next page.
    most: limit + 1,
  };
  const reading =
    action === startOfRun && tenantId !== undefined
      ? readRunStarts(tenantId, parameters, runStatement)
      : runStatement(controlDataset, listAuditLog, parameters).then((outcome) => outcome.rows);
  const rows = await reading.catch((error: unknown) => {
    // Nothing was ever changed.
    if (isNotFound(error)) return [];
    throw error;
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasNext = rows.length > limit && last !== undefined;
  return {
    rows: page,
    nextCursor: hasNext ? encodeCursor([last.occurred_at.getTime(), last.audit_id]) : null,
  };
}

const columns = [
  'audit_id',
  'occurred_at',
  'request_id',
  'actor_kind',
  'actor',
  'address',
  'action',
  'tenant_id',
  'target',
  'before',
  'after',
] as const;

const changeSchema = z.record(z.string(), z.unknown());

const shownToAdmins = ({ operation, occurred_at, before, after, ...row }: AuditRow) => ({
  ...row,
  action: operation,
  occurred_at: occurred_at.toISOString(),
  before: before === null ? null : changeSchema.parse(JSON.parse(before)),
  after: after === null ? null : changeSchema.parse(JSON.parse(after)),
});

/** Who works for the operator, from where, and why it suspends a tenant is not the tenant's business. */
function shownToTenants(row: AuditRow): ReturnType<typeof shownToAdmins> {
  const isOwn = ['key', 'token', 'schedule'].includes(row.actor_kind);
  if (isOwn) return shownToAdmins(row);
  const shown = shownToAdmins({ ...row, actor_kind: 'admin', actor: 'admin', address: null });
  return { ...shown, before: withoutReason(shown.before), after: withoutReason(shown.after) };
}

function withoutReason(told: z.infer<typeof changeSchema> | null): typeof told {
  const { suspension_reason: _, ...rest } = told ?? {};
  return told === null ? null : rest;
}

function told(
  request: HttpRequest,
  { rows, nextCursor }: Awaited<ReturnType<typeof readPage>>,
  shown: typeof shownToAdmins,
): HttpReply {
  const headers = nextPageLink(request, nextCursor);
  const entries = rows.map(shown);
  if (!wantsCsv(request)) return { status: 200, headers, body: { entries, next_cursor: nextCursor } };
  const cellsOf = (entry: (typeof entries)[number]) =>
    columns.map((column) => {
      const value = entry[column];
      return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
    });
  return csvReply(csvText([columns, ...entries.map(cellsOf)]), headers);
}
