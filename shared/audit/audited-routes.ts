import { ServiceError } from '../errors';
import type { ControlDataset, ControlDatasetSettings } from '../google/bigquery/tables/control-dataset';
import type { OperationId } from '../http/access';
import { requestIdOfCall } from '../http/headers/request-id';
import type { Route } from '../http/route';
import type { Log } from '../log';
import type { Clock } from '../support/clock';
import { within } from '../support/time-limits';
import { auditRow } from './audit-entry';
import { watchingActor } from './watching-actor';

export interface AuditSetUp {
  readonly dataset: ControlDatasetSettings;
  readonly log: Log;
}

interface AuditDependencies {
  readonly append: ControlDataset['append'];
  readonly newId: () => string;
  readonly now: () => Date;
  readonly log: Log;
}

/** Who may do what, and how much, is never changed without a trace. */
const neverWithout: ReadonlySet<OperationId> = new Set<OperationId>([
  'changeQuotas',
  'suspendTenant',
  'activateTenant',
  'offboardTenant',
  'restoreTenant',
  'makeApiKey',
  'rotateApiKey',
  'revokeApiKey',
  'makeToken',
]);
const longestWriteMs = 5_000;

/**
 * The same routes; what they say that they have changed is written to the audit log before they are answered.
 * Where it cannot be written, the calls of `neverWithout` are `unavailable`, though the change may stand: they
 * can be made again. Of the others the log of the function has it.
 */
const auditedRoutes = (routes: readonly Route[], deps: AuditDependencies): readonly Route[] =>
  routes.map((route) => ({
    ...route,
    handle: async (given) => {
      const { request, actorOf } = watchingActor(given);
      const reply = await route.handle(request);
      const { change } = reply;
      const { operation } = route;
      if (change === undefined || operation === undefined) return reply;
      const row = auditRow({
        ...change,
        auditId: deps.newId(),
        occurredAt: deps.now(),
        requestId: requestIdOfCall(request),
        actor: actorOf(),
        address: request.address,
        operation,
      });
      try {
        const writing = deps.append('audit_log', { insertId: row.audit_id, json: row });
        await within(longestWriteMs, 'BigQuery', writing);
      } catch (cause) {
        if (neverWithout.has(operation)) throw notWritten(cause);
        const { tenant_id, ...fields } = row;
        const labels = tenant_id === null ? {} : { tenant_id };
        const text = 'A change could not be written to the audit log';
        deps.log('ERROR', text, { ...fields, ...labels, error: cause });
      }
      return reply;
    },
  }));

/** The same routes, whose changes are written to this audit log; as they are where there is none. */
export const auditedIn = (
  setUp: AuditSetUp | undefined,
  open: (settings: ControlDatasetSettings) => ControlDataset,
  routes: readonly Route[],
  { newId, clock }: { readonly newId: () => string; readonly clock: Clock },
): readonly Route[] =>
  setUp === undefined
    ? routes
    : auditedRoutes(routes, {
        append: open(setUp.dataset).append,
        newId,
        now: clock.now,
        log: setUp.log,
      });

const notWritten = (cause: unknown) =>
  new ServiceError(
    'unavailable',
    'This was done, but could not be written to the audit log: make the call again, without If-Match. A key or token that it made is not told, and nobody has it.',
    { retryAfterSeconds: 5, cause },
  );
