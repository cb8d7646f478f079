import { z } from 'zod';
import { watchingActor } from '../../../shared/audit/watching-actor';
import { ServiceError } from '../../../shared/errors';
import {
  type AdminAuthentication,
  requireAdmin,
  requireAdminOrTenant,
  type TenantAuthentication,
  tenantInPath,
} from '../../../shared/http/authorize';
import { earliest, expectNoQuery, latest, momentSchema, parseRequest } from '../../../shared/http/parse';
import type { HttpReply } from '../../../shared/http/reply';
import type { Route } from '../../../shared/http/route';
import { findMatchingRuns, type MatchingDependencies } from '../../../shared/operations/find-matching-runs';
import {
  bulkCancelKind,
  type CancelFilter,
  cancelFilterText,
  inFlightStatuses,
} from '../../../shared/operations/rules/bulk-cancel';
import { type StartOperationDependencies, startOperation } from '../../../shared/operations/start-operation';
import { isInOrder, notInOrder } from '../../../shared/runs/run-pages';
import type { Clock } from '../../../shared/support/clock';
import { pipelinePatternSchema } from '../../../shared/tenants/rules/key-pipelines';
import { type Quotas, tierNameSchema } from '../../../shared/tenants/rules/quotas';
import { tenantIdSchema } from '../../../shared/tenants/rules/tenant-id';

export interface BulkCancelDependencies
  extends StartOperationDependencies,
    MatchingDependencies,
    AdminAuthentication,
    TenantAuthentication {
  readonly tiers: Readonly<Record<string, Quotas>>;
  /** How long runs are counted for a dry run, in milliseconds. */
  readonly countMs: number;
  readonly clock: Clock;
}

/** Named as those of lists of runs, and meant as there. */
const filterFields = {
  pipeline: pipelinePatternSchema.optional(),
  from: momentSchema.optional(),
  to: momentSchema.optional(),
};
const otherFields = {
  /** Only those that have a slot, or only those that wait for one. */
  status: z
    .enum(inFlightStatuses, 'expected QUEUED or ADMITTED: only runs in flight can be cancelled')
    .optional(),
  all: z.literal(true, 'expected true, or nothing').optional(),
  reason: z
    .string()
    .trim()
    .min(1, 'expected a reason')
    .max(500, 'expected at most 500 characters')
    .optional(),
  dry_run: z.boolean('expected true or false').optional(),
};

/** Who leaves the filter out by mistake must not cancel everything. */
const hasFilterOrAll = ({
  all,
  status: _,
  reason: __,
  dry_run: ___,
  ...filter
}: z.infer<z.ZodObject<typeof otherFields>>) =>
  (all === true) !== Object.values(filter).some((value) => value !== undefined);
const isFromBeforeTo = ({ from = earliest, to = latest }: { readonly from?: Date; readonly to?: Date }) =>
  isInOrder({ from, to });
const expected = { error: 'expected at least one field of the filter, or all: true in place of them' };

/** The body of `POST /api/v1/tenants/{tenant}/runs/bulk-cancel`. */
export const tenantBulkCancelSchema = z
  .strictObject({ ...filterFields, ...otherFields })
  .refine(hasFilterOrAll, expected)
  .refine(isFromBeforeTo, notInOrder);

/** The body of `POST /api/v1/runs/bulk-cancel`. */
export const bulkCancelSchema = (tiers: Readonly<Record<string, Quotas>>) =>
  z
    .strictObject({
      tenant: tenantIdSchema.optional(),
      tenants: z
        .array(tenantIdSchema)
        .min(1, 'expected at least one tenant')
        .max(1_000, 'expected at most 1000 tenants')
        .optional(),
      tier: tierNameSchema(tiers).optional(),
      ...filterFields,
      ...otherFields,
    })
    .refine(hasFilterOrAll, expected)
    .refine(isFromBeforeTo, notInOrder)
    .refine(({ tenant, tenants }) => tenant === undefined || tenants === undefined, {
      path: ['tenant'],
      error: 'expected either `tenant` or `tenants`',
    });

type BulkCancel = z.infer<ReturnType<typeof bulkCancelSchema>>;

/** Cancels the runs in flight that match: an admin those of all tenants, a tenant its own. */
export function bulkCancelRoutes(deps: BulkCancelDependencies): readonly Route[] {
  const anyBodySchema = bulkCancelSchema(deps.tiers);
  return [
    {
      operation: 'bulkCancelRuns',
      method: 'POST',
      path: '/api/v1/runs/bulk-cancel',
      handle: async (given) => {
        const { request, actorOf } = watchingActor(given);
        await requireAdmin(deps, request);
        expectNoQuery(request);
        const asked = parseRequest(anyBodySchema, await request.json());
        return cancelOrCount(asked, null, { pipelines: [], actorOf, isAdmin: true }, deps);
      },
    },
    {
      operation: 'bulkCancelTenantRuns',
      method: 'POST',
      path: '/api/v1/tenants/{tenant}/runs/bulk-cancel',
      handle: async (given) => {
        const { request, actorOf } = watchingActor(given);
        const tenantId = tenantInPath(request);
        const { pipelines, isAdmin } = await requireAdminOrTenant(deps, request, tenantId);
        expectNoQuery(request);
        const asked = parseRequest(tenantBulkCancelSchema, await request.json());
        if ((await deps.readRunsInFlight(tenantId)) === undefined)
          throw new ServiceError('tenant_not_found', `There is no tenant '${tenantId}'`);
        return cancelOrCount(asked, tenantId, { pipelines, actorOf, isAdmin }, deps);
      },
    },
  ];
}

interface Asking {
  /** Those that the caller's key is for; none: all. */
  readonly pipelines: readonly string[];
  readonly actorOf: ReturnType<typeof watchingActor>['actorOf'];
  readonly isAdmin: boolean;
}

async function cancelOrCount(
  asked: BulkCancel,
  tenantId: string | null,
  { pipelines, actorOf, isAdmin }: Asking,
  deps: BulkCancelDependencies,
): Promise<HttpReply> {
  const now = deps.now();
  const { tenant, tenants, tier, pipeline, status, from, to, reason, dry_run } = asked;
  const named = tenantId ?? tenant;
  const filter: CancelFilter = {
    tenants: named === undefined ? (tenants ?? null) : [named],
    tier: tier ?? null,
    pipeline: pipeline ?? null,
    from: from ?? null,
    to: to !== undefined && to < now ? to : now,
    status: status ?? null,
    allowed_pipelines: [...pipelines],
  };
  if (dry_run === true) return { status: 200, body: await count(filter, deps) };
  const operation = {
    kind: bulkCancelKind,
    tenant_id: tenantId,
    filter: cancelFilterText(filter),
    reason: reason ?? null,
  };
  return startOperation(operation, { actor: actorOf(), isAdmin }, now, deps);
}

/** Free of charge. */
async function count(filter: CancelFilter, deps: BulkCancelDependencies) {
  const { clock, countMs, log } = deps;
  const startedAt = clock.monotonicMs();
  const isTimeUp = () => clock.monotonicMs() - startedAt > countMs;
  const matching = { runs: 0, tenants: 0 };
  let unread = 0;
  const isWhole = await findMatchingRuns(filter, deps, isTimeUp, {
    found: (_, runIds) => {
      matching.runs += runIds.length;
      matching.tenants++;
    },
    unreadable: (tenant_id, error) => {
      unread++;
      log('WARNING', 'A tenant cannot be read, and is not counted', { tenant_id, error });
    },
  });
  return { dry_run: true, ...matching, is_complete: isWhole && unread === 0 };
}
