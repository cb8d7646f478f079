import type { FunctionName, HostedFunction } from './functions';
import type { Route } from './gateway/route';

/** The documented paths and the function that answers each: what an API gateway serves under one host when deployed. */
export const routesTo = (functions: Readonly<Record<FunctionName, HostedFunction>>): readonly Route[] => [
  {
    path: /^\/api\/v1\/customers(\/|$)/,
    target: functions.onboard,
    description: 'POST /api/v1/customers/onboard',
  },
  {
    path: /^\/api\/v1\/pipelines(\/|$)/,
    target: functions.run,
    description: [
      'POST /api/v1/pipelines/run/{tenant}/{provider}/{domain}/{pipeline}',
      'GET  /api/v1/pipelines/runs',
      'GET  /api/v1/pipelines/runs/{run_id}',
      'GET  /api/v1/pipelines/runs/{run_id}/events',
      'POST /api/v1/pipelines/runs/{run_id}/cancel',
      'GET  /api/v1/pipelines',
    ].join('\n'),
  },
  {
    path: /^\/api\/v1\/tenants(\/|$)/,
    target: functions.tenants,
    description: [
      'GET  /api/v1/tenants',
      'GET  /api/v1/tenants/{tenant}',
      'GET  /api/v1/tenants/{tenant}/usage',
      'PATCH /api/v1/tenants/{tenant}/quotas',
      'POST /api/v1/tenants/{tenant}/suspend',
      'POST /api/v1/tenants/{tenant}/activate',
      'POST, GET /api/v1/tenants/{tenant}/api-keys',
      'DELETE /api/v1/tenants/{tenant}/api-keys/{key_id}',
    ].join('\n'),
  },
  {
    path: /^\/api\/v1\/(usage|billing)(\/|$)/,
    target: functions.tenants,
    description: ['GET  /api/v1/usage', 'GET  /api/v1/billing/export'].join('\n'),
  },
];
