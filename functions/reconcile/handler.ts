import { ServiceError } from '../../shared/errors';
import type { ListTenants } from '../../shared/google/bigquery/tables/list-tenants';
import { expectNoQuery } from '../../shared/http/parse';
import type { Route } from '../../shared/http/route';
import type { Clock } from '../../shared/support/clock';
import { forEachTenant } from '../../shared/support/for-each';
import { type ReconcileDependencies, reconcileTenant } from './reconcile-tenant';

export interface ReconcileHandlerDependencies extends ReconcileDependencies {
  readonly listTenants: ListTenants;
  readonly clock: Clock;
}

/** Less than the five minutes to the next call. */
const timeBudgetMs = 4 * 60_000;

/** Called by Cloud Scheduler. Cloud Run checks who calls (OIDC). */
export function reconcileRoutes(deps: ReconcileHandlerDependencies): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/',
      handle: async (request) => {
        expectNoQuery(request);
        const { listTenants, log, clock } = deps;
        const done = { appended: 0, republished: 0, expired: 0, repaired: 0 };
        const tenants = { listTenants, log, clock, concurrency: 16, timeBudgetMs };
        const work = await forEachTenant(tenants, async (tenantId) => {
          const { appended, republished, expired, repaired } = await reconcileTenant(tenantId, deps);
          done.appended += appended;
          done.republished += republished;
          done.expired += expired;
          done.repaired += repaired;
        });
        const summary = { ...work, ...done };
        if (work.failed === 0) log('INFO', 'Reconciled', summary);
        else log('ERROR', 'Not all tenants could be reconciled', { event: 'reconcile_failed', ...summary });
        if (work.failed === 0) return { status: 200, body: summary };
        throw new ServiceError(
          'unavailable',
          `${work.failed} of ${work.tenants} tenants could not be reconciled`,
          {
            members: summary,
            retryAfterSeconds: 60,
          },
        );
      },
    },
  ];
}
