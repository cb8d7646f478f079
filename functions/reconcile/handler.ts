import { ServiceError } from '../../shared/errors';
import type { ListTenants } from '../../shared/google/bigquery/tables/list-tenants';
import { expectNoQuery } from '../../shared/http/parse';
import type { Route } from '../../shared/http/route';
import type { Clock } from '../../shared/support/clock';
import { forEachTenant } from '../../shared/support/for-each';
import { type ReconcileDependencies, reconcileTenant } from './reconcile-tenant';
import type { RecordReconciliation } from './record-reconciliation';

export interface ReconcileHandlerDependencies extends Omit<ReconcileDependencies, 'noteBrokenLaw'> {
  readonly listTenants: ListTenants;
  /** Absent: there are no operations. Resolves to how many were published again. */
  readonly wakeOperations?: (() => Promise<number>) | undefined;
  /** Absent: nobody is told what a call has found. */
  readonly recordReconciliation?: RecordReconciliation | undefined;
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
        const repaired: string[] = [];
        const ofTenants = { ...deps, noteBrokenLaw: (tenantId: string) => void repaired.push(tenantId) };
        const done = { appended: 0, republished: 0, expired: 0, put_back: 0, repaired: 0 };
        const tenants = { listTenants, log, clock, concurrency: 16, timeBudgetMs };
        const woken = wake(deps);
        const work = await forEachTenant(tenants, async (tenantId) => {
          const reconciled = await reconcileTenant(tenantId, ofTenants);
          done.appended += reconciled.appended;
          done.republished += reconciled.republished;
          done.expired += reconciled.expired;
          done.put_back += reconciled.put_back;
          done.repaired += reconciled.repaired;
        });
        const operations = await woken;
        const { tenants: listed, left_over, failed } = work;
        await deps.recordReconciliation?.({ tenants: listed - left_over - failed, failed, repaired });
        const summary = { ...work, ...done, ...operations };
        const isDone = work.failed === 0 && operations.operations_failed !== true;
        if (isDone) log('INFO', 'Reconciled', summary);
        else log('ERROR', 'Not all tenants could be reconciled', { event: 'reconcile_failed', ...summary });
        if (isDone) return { status: 200, body: summary };
        throw new ServiceError(
          'unavailable',
          work.failed === 0
            ? 'Operations could not be looked at'
            : `${work.failed} of ${work.tenants} tenants could not be reconciled`,
          {
            members: summary,
            retryAfterSeconds: 60,
          },
        );
      },
    },
  ];
}

/** Never rejects: tenants are reconciled whatever becomes of operations. */
async function wake({
  wakeOperations,
  log,
}: ReconcileHandlerDependencies): Promise<{ operations_woken?: number; operations_failed?: true }> {
  if (wakeOperations === undefined) return {};
  try {
    return { operations_woken: await wakeOperations() };
  } catch (error) {
    log('ERROR', 'Operations could not be looked at', { event: 'reconcile_failed', error });
    return { operations_failed: true };
  }
}
