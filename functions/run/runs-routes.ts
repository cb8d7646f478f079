import type { EitherAuthentication } from '../../shared/http/authorize';
import { nextPageLink } from '../../shared/http/headers/next-page';
import { expectNoBody, parseQuery, parseRequest } from '../../shared/http/parse';
import type { HttpRequest, Route } from '../../shared/http/route';
import { expectOnlyTenant, requireTenantOrItsAdmin } from '../../shared/http/tenant-in-query';
import { type CancelDependencies, cancelRun } from '../../shared/runs/cancel-run';
import { runIdSchema } from '../../shared/runs/rules/run-identity';
import { findRecordedRun, isOver } from '../../shared/runs/show-run';
import { endId, lastEventIdSchema } from './run-events';
import { listRequestSchema, readRunList } from './run-list';
import { wholeRun } from './show-whole-run';
import { holderOf, type TakePlace } from './stream-places';
import { type StreamDependencies, streamRun } from './stream-run';
import { type WholeRun, waitAsked, waitingReply } from './wait-for-run';

export interface RunsRoutesDependencies extends CancelDependencies, StreamDependencies, EitherAuthentication {
  /** Of streams, and of calls that wait for a run. */
  readonly takePlace: TakePlace;
}

/** What a tenant sees of the runs that it has started, and how it ends them; admins see the same, and may, too. */
export function runsRoutes(deps: RunsRoutesDependencies): readonly Route[] {
  const { runStatement } = deps;
  /** Which run is asked for, and whose it is. */
  const identify = async (request: HttpRequest) => {
    const runId = parseRequest(runIdSchema, request.params.run_id, 'run_id in the path');
    const checkKey = () => requireTenantOrItsAdmin(deps, request);
    const caller = await checkKey();
    expectOnlyTenant(request);
    const { tenantId, pipelines, isAdmin } = caller;
    return { tenantId, pipelines, runId, viewer: { isAdmin }, holder: holderOf(caller), checkKey };
  };
  return [
    {
      operation: 'listRuns',
      method: 'GET',
      path: '/api/v1/pipelines/runs',
      handle: async (request) => {
        const caller = await requireTenantOrItsAdmin(deps, request);
        const filters = parseQuery(listRequestSchema, request.query);
        const body = await readRunList(caller, filters, runStatement);
        return { status: 200, headers: nextPageLink(request, body.next_cursor), body };
      },
    },
    {
      operation: 'showRun',
      method: 'GET',
      path: '/api/v1/pipelines/runs/{run_id}',
      handle: async (request) => {
        const { tenantId, runId, viewer, holder, checkKey } = await identify(request);
        const run = await findRecordedRun(tenantId, runId, runStatement);
        const body = await wholeRun(tenantId, run, viewer, deps);
        const seconds = waitAsked(request);
        if (seconds === undefined || isOver(run)) return { status: 200, body };
        const { onboarding_id: onboardingId } = run;
        const awaited = { tenantId, runId, viewer, holder, onboardingId, seconds, checkKey };
        const asItIs = (atEnd: WholeRun = body) => atEnd;
        return waitingReply(awaited, { status: 200 }, asItIs, deps.takePlace, deps) ?? { status: 200, body };
      },
    },
    {
      operation: 'followRun',
      method: 'GET',
      path: '/api/v1/pipelines/runs/{run_id}/events',
      handle: async (request) => {
        const { tenantId, runId, viewer, holder, checkKey } = await identify(request);
        const lastId = request.header('Last-Event-ID');
        const heard = parseRequest(lastEventIdSchema.optional(), lastId, 'Last-Event-ID');
        // The client has heard everything. 204 keeps it from connecting again and again.
        if (heard === endId) return { status: 204 };
        // Before the first await: otherwise many requests at once would all find a free place.
        const giveBack = deps.takePlace(holder);
        try {
          const run = await findRecordedRun(tenantId, runId, runStatement);
          return {
            status: 200,
            headers: { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' },
            stream: (write, gone) =>
              streamRun({ tenantId, run, heard, viewer, checkKey }, deps, write, gone).finally(giveBack),
          };
        } catch (error) {
          giveBack();
          throw error;
        }
      },
    },
    {
      operation: 'cancelRun',
      method: 'POST',
      path: '/api/v1/pipelines/runs/{run_id}/cancel',
      handle: async (request) => {
        const { tenantId, pipelines, runId } = await identify(request);
        await expectNoBody(request);
        const { status, wasOver } = await cancelRun(tenantId, runId, pipelines, deps);
        const body = { run_id: runId, tenant_id: tenantId, status };
        if (wasOver) return { status: 200, body };
        return { status: 202, body, change: { tenantId, target: runId, after: { status } } };
      },
    },
  ];
}
