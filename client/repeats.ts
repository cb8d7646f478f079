import { type Operations, operations } from './api';

type OperationId = keyof Operations;

/** They change something, and sent twice do what they do sent once. What is not here is sent once. */
const harmless: ReadonlySet<OperationId> = new Set<OperationId>([
  'changeProfile',
  'changeQuotas',
  'suspendTenant',
  'activateTenant',
  'offboardTenant',
  'makeToken',
  'changeWebhook',
  'deleteWebhook',
  'testWebhook',
  'redeliver',
  'changeSchedule',
  'pauseSchedule',
  'resumeSchedule',
  'cancelRun',
  'abortOperation',
  'abortTenantOperation',
  'pauseOperation',
  'pauseTenantOperation',
  'resumeOperation',
  'resumeTenantOperation',
]);

interface Repeatable {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | number | boolean | undefined>>;
}

/** Whether a call may be sent again of which nobody knows whether it has arrived. */
export function isRepeatable(id: OperationId, { headers, query }: Repeatable): boolean {
  // Made again, it would be refused because it was made.
  if (headers['If-Match'] !== undefined) return false;
  if (headers['Idempotency-Key'] !== undefined || query.dry_run === true) return true;
  return operations[id].method === 'GET' || harmless.has(id);
}
