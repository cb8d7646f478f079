import { z } from 'zod';
import type { Scheduler } from '../scheduler/scheduler';
import { sendProblem } from './problem';
import type { HandlerRoute } from './route';

const rfc3339Time = z.iso.datetime({ offset: true });
const path = /^\/local\/scheduler\/([^/:?]+):run$/;

/**
 * `POST /local/scheduler/{name}:run[?scheduleTime=RFC 3339]` calls a job's function once, now, and answers what came of
 * it: 200 when the function did its work, 503 when not.
 */
export const runJobRoute = (scheduler: Scheduler): HandlerRoute => ({
  methods: ['POST'],
  path,
  description: 'POST /local/scheduler/{job}:run',
  handle: async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://local');
    const name = path.exec(url.pathname)?.[1] ?? '';
    const given = url.searchParams.get('scheduleTime');
    request.resume();
    if (given !== null && !rfc3339Time.safeParse(given).success) {
      const detail = `scheduleTime: expected an RFC 3339 time such as 2026-12-01T00:05:00Z, given '${given}'`;
      sendProblem(response, 'invalid_request', detail, url.pathname);
      return;
    }
    const scheduleTime = given === null ? new Date() : new Date(given);
    const outcome = await scheduler.run(name, scheduleTime);
    if (!outcome) {
      const known = scheduler.jobs.map((job) => job.name).join(', ');
      sendProblem(response, 'not_found', `There is no job '${name}'; there are: ${known}.`, url.pathname);
    } else if (!outcome.ok) {
      sendProblem(response, 'unavailable', outcome.detail, url.pathname);
    } else {
      const text = `${JSON.stringify({ job: name, scheduleTime: scheduleTime.toISOString(), ...outcome })}\n`;
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(text);
    }
  },
});
