import type { TenantCaller } from '../../shared/http/authorize';
import { requestIdOfCall } from '../../shared/http/headers/request-id';
import type { HttpRequest } from '../../shared/http/route';
import type { QueuePlace } from '../../shared/runs/rules/admission-rules';
import type { StartedBy } from '../../shared/runs/rules/ledger-row';

/** Who starts a run by this request, and from where. */
export const startedByCaller = ({ actor }: TenantCaller, request: HttpRequest): StartedBy => ({
  actor_kind: actor.kind,
  actor: actor.id,
  address: request.address,
  request_id: requestIdOfCall(request),
});

export const startOf = (queue: QueuePlace | undefined) =>
  queue === undefined ? { status: 'ADMITTED' } : { status: 'QUEUED', queue };
