import { requestIdOfCall } from '../../shared/http/headers/request-id';
import { expectNoQuery } from '../../shared/http/parse';
import type { Route } from '../../shared/http/route';
import { missedAfterMs } from '../../shared/schedules/rules/due-times';
import { type TickDependencies, tick } from './tick';

/** Called by Cloud Scheduler each minute. Cloud Run checks who calls (OIDC). */
export const tickRoutes = (deps: TickDependencies): readonly Route[] => [
  {
    method: 'POST',
    path: '/',
    handle: async (request) => {
      expectNoQuery(request);
      const summary = await tick(requestIdOfCall(request), deps);
      if (summary.behind_seconds * 1000 > missedAfterMs) {
        const fields = { event: 'tick_failed', ...summary } as const;
        deps.log('ERROR', 'Scheduled runs could not be started in time', fields);
      } else if (summary.due > 0) deps.log('INFO', 'Scheduled runs were started', { ...summary });
      return { status: 200, body: summary };
    },
  },
];
