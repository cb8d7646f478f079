import type { FunctionName } from '../function-names';
import type { ForwardTarget } from './forward';
import type { Forwarding } from './gateway';

/**
 * The documented paths and the function that answers each: what an API gateway serves under one host when
 * deployed.
 */
export const functionOfPath = {
  '/api/v1/customers': 'onboard',
  '/api/v1/pipelines': 'run',
  '/api/v1/tenants': 'tenants',
  '/api/v1/operations': 'tenants',
  '/api/v1/audit': 'tenants',
  '/api/v1/identity': 'tenants',
  '/api/v1/runs': 'tenants',
  '/api/v1/usage': 'tenants',
  '/api/v1/overview': 'tenants',
  '/api/v1/tiers': 'tenants',
  '/api/v1/billing': 'tenants',
  '/api/v1/openapi.json': 'tenants',
  '/api/v1/docs': 'tenants',
  '/healthz': 'run',
  '/readyz': 'run',
} as const satisfies Readonly<Record<string, FunctionName>>;

/** Passes each documented path on to its function. */
export const forwardingsTo = (functions: Readonly<Record<FunctionName, ForwardTarget>>): Forwarding[] =>
  Object.entries(functionOfPath).map(([prefix, name]) => ({ prefix, target: functions[name] }));

/** The calls behind those paths. */
export const documentedCalls = [
  'POST   /api/v1/customers/onboard',
  'POST   /api/v1/pipelines/run/{tenant}/{provider}/{domain}/{pipeline}',
  'GET    /api/v1/pipelines/runs',
  'GET    /api/v1/pipelines/runs/{run_id}',
  'GET    /api/v1/pipelines/runs/{run_id}/events',
  'GET    /api/v1/pipelines/runs/{run_id}/results',
  'GET    /api/v1/pipelines/runs/{run_id}/results/{n}',
  'POST   /api/v1/pipelines/runs/{run_id}/cancel',
  'POST   /api/v1/pipelines/runs/{run_id}/rerun',
  'POST   /api/v1/pipelines/{provider}/{domain}/{pipeline}/backfills',
  'GET    /api/v1/pipelines',
  'GET    /api/v1/pipelines/statistics',
  'GET    /api/v1/pipelines/{provider}/{domain}/{pipeline}',
  'GET    /api/v1/tenants',
  'GET    /api/v1/tenants/{tenant}',
  'GET    /api/v1/tenants/{tenant}/export',
  'PATCH  /api/v1/tenants/{tenant}',
  'GET    /api/v1/tenants/{tenant}/usage',
  'GET    /api/v1/tenants/{tenant}/activity',
  'PATCH  /api/v1/tenants/{tenant}/quotas',
  'POST   /api/v1/tenants/{tenant}/suspend',
  'POST   /api/v1/tenants/{tenant}/activate',
  'DELETE /api/v1/tenants/{tenant}',
  'POST   /api/v1/tenants/{tenant}/restore',
  'POST   /api/v1/tenants/{tenant}/api-keys',
  'GET    /api/v1/tenants/{tenant}/api-keys',
  'POST   /api/v1/tenants/{tenant}/api-keys/{key_id}/rotate',
  'DELETE /api/v1/tenants/{tenant}/api-keys/{key_id}',
  'POST   /api/v1/tenants/{tenant}/tokens',
  'GET    /api/v1/tenants/{tenant}/audit',
  'POST   /api/v1/tenants/{tenant}/webhooks',
  'GET    /api/v1/tenants/{tenant}/webhooks',
  'GET    /api/v1/tenants/{tenant}/webhooks/{webhook_id}',
  'PATCH  /api/v1/tenants/{tenant}/webhooks/{webhook_id}',
  'DELETE /api/v1/tenants/{tenant}/webhooks/{webhook_id}',
  'POST   /api/v1/tenants/{tenant}/webhooks/{webhook_id}/test',
  'POST   /api/v1/tenants/{tenant}/webhooks/{webhook_id}/rotate-secret',
  'GET    /api/v1/tenants/{tenant}/webhooks/{webhook_id}/deliveries',
  'POST   /api/v1/tenants/{tenant}/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver',
  'POST   /api/v1/tenants/{tenant}/schedules',
  'GET    /api/v1/tenants/{tenant}/schedules',
  'GET    /api/v1/tenants/{tenant}/schedules/{schedule_id}',
  'PATCH  /api/v1/tenants/{tenant}/schedules/{schedule_id}',
  'DELETE /api/v1/tenants/{tenant}/schedules/{schedule_id}',
  'POST   /api/v1/tenants/{tenant}/schedules/{schedule_id}/pause',
  'POST   /api/v1/tenants/{tenant}/schedules/{schedule_id}/resume',
  'GET    /api/v1/tenants/{tenant}/schedules/{schedule_id}/history',
  'POST   /api/v1/tenants/{tenant}/runs/bulk-cancel',
  'POST   /api/v1/tenants/{tenant}/runs/bulk-rerun',
  'GET    /api/v1/tenants/{tenant}/operations/{operation_id}',
  'POST   /api/v1/tenants/{tenant}/operations/{operation_id}/abort',
  'POST   /api/v1/tenants/{tenant}/operations/{operation_id}/pause',
  'POST   /api/v1/tenants/{tenant}/operations/{operation_id}/resume',
  'GET    /api/v1/runs/in-flight',
  'POST   /api/v1/runs/bulk-cancel',
  'GET    /api/v1/operations',
  'GET    /api/v1/operations/{operation_id}',
  'POST   /api/v1/operations/{operation_id}/abort',
  'POST   /api/v1/operations/{operation_id}/pause',
  'POST   /api/v1/operations/{operation_id}/resume',
  'GET    /api/v1/overview',
  'GET    /api/v1/tiers',
  'GET    /api/v1/identity',
  'GET    /api/v1/audit',
  'GET    /api/v1/runs',
  'GET    /api/v1/usage',
  'GET    /api/v1/billing/export',
  'GET    /api/v1/openapi.json',
  'GET    /api/v1/docs',
  'GET    /healthz',
  'GET    /readyz',
];

/** The text of the gateway's `GET /`. */
export const welcome = [
  'tenant-pipelines, the cloud in a box',
  '',
  ...documentedCalls,
  '',
  'POST   /local/scheduler/{job}:run      runs a scheduled job now',
  '',
].join('\n');
