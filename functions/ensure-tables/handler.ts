import { ServiceError } from '../../shared/errors';
import { expectNoQuery } from '../../shared/http/parse';
import type { Route } from '../../shared/http/route';
import { type EnsureTablesDependencies, ensureTables } from './ensure-tables';

/** Called by Cloud Scheduler. Cloud Run checks who may call (OIDC), so this code does not. */
export function ensureTablesRoutes(deps: EnsureTablesDependencies): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/',
      handle: async (request) => {
        expectNoQuery(request);
        const summary = await ensureTables(deps);
        const open = summary.failed + summary.left_over;
        if (open === 0) return { status: 200, body: summary };
        // Cloud Scheduler tries again after anything but 2xx.
        throw new ServiceError(
          'unavailable',
          `The tables of ${open} of ${summary.tenants} tenants could not be brought up to date`,
          { members: { ...summary }, retryAfterSeconds: 60 },
        );
      },
    },
  ];
}
