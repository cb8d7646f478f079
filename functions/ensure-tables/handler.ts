import { ServiceError } from '../../shared/errors';
import type { Route } from '../../shared/http/route';
import { type EnsureTablesDependencies, ensureTables } from './ensure-tables';

/** Called by Cloud Scheduler; who may call is Cloud Run's to check (OIDC), not this code's. */
export function ensureTablesRoutes(deps: EnsureTablesDependencies): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/',
      handle: async () => {
        const summary = await ensureTables(deps);
        const open = summary.failed + summary.left_over;
        if (open === 0) return { status: 200, body: summary };
        // Anything but 2xx makes Cloud Scheduler try again.
        throw new ServiceError(
          'unavailable',
          `The tables of ${open} of ${summary.tenants} tenants could not be brought up to date`,
          { members: { ...summary }, retryAfterSeconds: 60 },
        );
      },
    },
  ];
}
