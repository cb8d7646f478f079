import { z } from 'zod';
import { ServiceError } from '../../../shared/errors';
import { parseQuery } from '../../../shared/http/parse';
import type { Route } from '../../../shared/http/route';
import type { Scheduler } from '../scheduler/scheduler';

const expected = 'expected an RFC 3339 time such as 2026-12-01T00:05:00Z';
const querySchema = z.strictObject({
  scheduleTime: z.iso.datetime({ offset: true, error: expected }).optional(),
});

/**
 * `POST /local/scheduler/{job}:run[?scheduleTime=RFC 3339]` calls a job's function once, now, and answers
 * with what came of it: 200 when the function did its work, 503 when it failed.
 */
export const runJobRoute = (scheduler: Scheduler): Route => ({
  method: 'POST',
  path: '/local/scheduler/{job_and_verb}',
  handle: async ({ path, params, query }) => {
    const name = /^(.+):run$/.exec(params.job_and_verb ?? '')?.[1];
    if (name === undefined) throw new ServiceError('not_found', `Nothing answers POST ${path}.`);
    const { scheduleTime: given } = parseQuery(querySchema, query);
    const scheduleTime = given === undefined ? new Date() : new Date(given);
    const outcome = await scheduler.run(name, scheduleTime);
    if (!outcome) {
      const known = scheduler.jobs.map((job) => job.name).join(', ');
      throw new ServiceError('not_found', `There is no job '${name}'; there are: ${known}.`);
    }
    if (!outcome.ok) throw new ServiceError('unavailable', outcome.detail);
    const text = `${JSON.stringify({ job: name, scheduleTime: scheduleTime.toISOString(), ...outcome })}\n`;
    return { status: 200, text };
  },
});
