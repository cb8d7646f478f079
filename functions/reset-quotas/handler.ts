import { z } from 'zod';
import { ServiceError } from '../../shared/errors';
import { expectNoQuery, parseRequest } from '../../shared/http/parse';
import type { Route } from '../../shared/http/route';
import { type ResetQuotasDependencies, resetQuotas } from './reset-quotas';

const scheduleTimeSchema = z.iso
  .datetime({ offset: true, error: 'expected a time such as 2026-11-01T00:05:00Z' })
  .transform((text) => new Date(text));
const oneHourMs = 3_600_000;

/** Called by Cloud Scheduler. Cloud Run checks who calls (OIDC). */
export function resetQuotasRoutes(deps: ResetQuotasDependencies): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/',
      handle: async (request) => {
        expectNoQuery(request);
        const scheduled = parseRequest(
          scheduleTimeSchema,
          request.header('X-CloudScheduler-ScheduleTime'),
          'X-CloudScheduler-ScheduleTime',
        );
        if (scheduled.getTime() > deps.clock.now().getTime() + oneHourMs) {
          throw new ServiceError(
            'invalid_request',
            `X-CloudScheduler-ScheduleTime: expected a time that has come, given ${scheduled.toISOString()}`,
          );
        }
        const summary = await resetQuotas(scheduled.toISOString().slice(0, 10), deps);
        // Anything but 2xx makes Cloud Scheduler try again.
        const open = summary.failed + summary.left_over;
        if (open > 0) {
          throw new ServiceError('unavailable', `${open} of ${summary.tenants} tenants could not be reset`, {
            members: { ...summary },
            retryAfterSeconds: 60,
          });
        }
        return { status: 200, body: summary };
      },
    },
  ];
}
