import type { FirstRequest } from './first-answer';

export interface KnownTenant {
  readonly tenantId: string;
  readonly apiKey: string;
}

/** What a function is asked first: what it is for, and can be asked again and again. */
export function firstRequestOf(name: string, { tenantId, apiKey }: KnownTenant): FirstRequest {
  const headers = { 'X-API-Key': apiKey };
  const run: FirstRequest = {
    method: 'POST',
    path: `/api/v1/pipelines/run/${tenantId}/gcp/example/dryrun`,
    headers,
  };
  const tick: FirstRequest = { method: 'POST', path: '/' };
  const requests: Readonly<Record<string, FirstRequest>> = {
    bare: run,
    unbundled: run,
    run,
    tenants: { method: 'GET', path: `/api/v1/tenants/${tenantId}`, headers },
    onboard: { method: 'POST', path: '/api/v1/customers/onboard', body: onboarding },
    worker: { ...tick, body: push(tenantId) },
    'reset-quotas': { ...tick, headers: { 'X-CloudScheduler-ScheduleTime': new Date().toISOString() } },
  };
  return requests[name] ?? tick;
}

const onboarding = {
  tenant_id: 'onboarded_anew',
  company_name: 'Bench Corporation',
  contact_email: 'bench@example.com',
  subscription_tier: 'ENTERPRISE',
  force_recreate_dataset: true,
};

/** Of a run that is not in flight: it is looked up and acknowledged. */
function push(tenantId: string): object {
  const message = { tenant_id: tenantId, run_id: 'cold-start', pipeline: 'gcp/example/dryrun' };
  const data = Buffer.from(JSON.stringify(message)).toString('base64');
  return { message: { data, messageId: '1' }, subscription: 'projects/local/subscriptions/worker' };
}
