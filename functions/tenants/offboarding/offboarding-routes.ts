import { z } from 'zod';
import { ServiceError } from '../../../shared/errors';
import { type AdminAuthentication, requireAdmin, tenantInPath } from '../../../shared/http/authorize';
import { entityTag } from '../../../shared/http/headers/entity-tags';
import { invalidFields } from '../../../shared/http/list-problems';
import { expectNoBody, expectNoQuery, parseQuery } from '../../../shared/http/parse';
import { problemReply } from '../../../shared/http/reply';
import type { Route } from '../../../shared/http/route';
import { usualAnswerMs } from '../../../shared/support/answer-time';
import type { Clock } from '../../../shared/support/clock';
import { tenantProfile, versionOf } from '../tenant-profile';
import { type OffboardDependencies, offboardTenant } from './offboard-tenant';
import { restoreOffboarded } from './restore-tenant';

export interface OffboardingRoutesDependencies extends AdminAuthentication {
  /** Absent where there is no control dataset. */
  readonly offboarding?: OffboardDependencies | undefined;
  readonly clock: Clock;
  readonly answerMs?: number | undefined;
  readonly now: () => Date;
}

export const offboardQuerySchema = z.strictObject({
  confirm: z.string('expected the id of the tenant'),
  force: z
    .enum(['true', 'false'], 'expected true or false')
    .default('false')
    .transform((given) => given === 'true'),
});

/** After this share of an answer's time nothing further is begun: what is under way has the rest. */
const shareOfWork = 0.4;
/** After this share it is answered how far it has come: the audit log needs the rest. */
const shareOfAnswer = 0.65;

/** The end of a tenant, and its return. */
export function offboardingRoutes(deps: OffboardingRoutesDependencies): readonly Route[] {
  const { clock, answerMs = usualAnswerMs } = deps;
  const offboarding = (): OffboardDependencies => {
    if (deps.offboarding === undefined) throw new Error('There is no control dataset');
    return deps.offboarding;
  };
  return [
    {
      operation: 'offboardTenant',
      method: 'DELETE',
      path: '/api/v1/tenants/{tenant}',
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await requireAdmin(deps, request);
        const { confirm, force } = parseQuery(offboardQuerySchema, request.query);
        if (confirm !== tenantId)
          throw invalidFields([
            { field: 'confirm', message: `expected ${tenantId}, the tenant in the path` },
          ]);
        await expectNoBody(request);
        const options = { isForced: force, ...timeFrom(clock, answerMs) };
        const { stage, inFlight, waiting, offboardingAt, restorableUntil, againSeconds } =
          await offboardTenant(tenantId, options, offboarding());
        const isDone = stage === 'removed';
        const told = {
          stage,
          offboarding_at: offboardingAt.toISOString(),
          restorable_until: restorableUntil?.toISOString() ?? null,
        };
        return {
          status: isDone ? 200 : 202,
          ...(!isDone && { headers: { 'Retry-After': String(againSeconds) } }),
          body: { tenant_id: tenantId, ...told, in_flight: inFlight, waiting },
          change: { tenantId, after: { ...told, force } },
        };
      },
    },
    {
      operation: 'restoreTenant',
      method: 'POST',
      path: '/api/v1/tenants/{tenant}/restore',
      handle: async (request) => {
        const tenantId = tenantInPath(request);
        await requireAdmin(deps, request);
        expectNoQuery(request);
        await expectNoBody(request);
        const { leftMs } = timeFrom(clock, answerMs);
        const row = await restoreOffboarded(tenantId, leftMs, offboarding());
        if (row === undefined)
          return {
            ...problemReply(notRestoredYet(tenantId), request.path, offboarding().log),
            change: { tenantId, after: { dataset: 'restored' } },
          };
        return {
          status: 200,
          headers: entityTag(versionOf(row)),
          body: tenantProfile(row, deps.now(), true),
          change: { tenantId, after: { is_active: row.is_active, onboarding_id: row.onboarding_id } },
        };
      },
    },
  ];
}

const notRestoredYet = (tenantId: string) =>
  new ServiceError(
    'unavailable',
    `The dataset of tenant '${tenantId}' is back, but the tenant is not yet. The same call again goes on.`,
    { retryAfterSeconds: 5 },
  );

/** The time of a call that begins now. */
function timeFrom({ monotonicMs }: Clock, answerMs: number) {
  const begun = monotonicMs();
  return {
    isTimeUp: () => monotonicMs() - begun >= answerMs * shareOfWork,
    leftMs: () => Math.max(0, begun + answerMs * shareOfAnswer - monotonicMs()),
  };
}
