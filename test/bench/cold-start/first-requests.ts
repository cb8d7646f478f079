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
    worker: {
      ...tick,
      body: message({ tenant_id: tenantId, run_id: 'cold-start', pipeline: 'gcp/example/dryrun' }),
    },
    operate: {
      ...tick,
      body: message({ operation_id: 'op_cold-start', started_at: '2026-01-01T00:00:00Z' }),
    },
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

/** Of a run or an operation that is not there: it is looked up and acknowledged. */
function message(content: object): object {
  const data = Buffer.from(JSON.stringify(content)).toString('base64');
  return { message: { data, messageId: '1' }, subscription: 'projects/local/subscriptions/worker' };
}
