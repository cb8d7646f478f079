import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { furtherAdmins } from '../../../functions/support/refused-keys';
import { operationOf } from '../../../support/documented-answers';
import {
  apiOf,
  asAdmin,
  call,
  endOfRun,
  eventually,
  onboard,
  query,
  type TestCloud,
  whenQuiet,
  withKey,
} from '../../../support/local-cloud';
import { crossSiteProblem } from './cross-site-problem';
import { masked, maskedText } from './masked-values';

type Send = (
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: unknown,
) => Promise<Record<string, unknown>>;

export interface PlayedExamples {
  readonly operations: Record<string, { request?: unknown; answers: Record<string, unknown> }>;
  readonly problems: Record<string, unknown>;
}

const tenant = 'acme_001';
const dryrun = `/api/v1/pipelines/run/${tenant}/gcp/example/dryrun`;

/** Makes every call of the interface, and gets most of the problems, as openapi.json then shows them. */
export async function playExamples(cloud: TestCloud): Promise<PlayedExamples> {
  const played: PlayedExamples = { operations: {}, problems: {} };
  const send: Send = async (method, path, headers, body) => {
    const answer = await call(cloud.url, method, path, { headers, ...(body !== undefined && { body }) });
    const shown = masked(answer.body);
    if (answer.status >= 400) played.problems[String(answer.body.code)] ??= shown;
    else {
      const { id = path } = operationOf(method, path) ?? {};
      const own = played.operations[id] ?? { answers: {} };
      played.operations[id] = own;
      if (body !== undefined) own.request ??= masked(body);
      if (!isDeepStrictEqual(answer.body, {})) own.answers[answer.status] ??= firstPipeline(shown);
    }
    return answer.body;
  };

  const onboarding = {
    tenant_id: tenant,
    company_name: 'Acme',
    contact_email: 'admin@acme.example',
    subscription_tier: 'FREE',
    max_concurrent_pipelines: 3,
  };
  const { api_key: key } = await send('POST', '/api/v1/customers/onboard', asAdmin, onboarding);
  const asTenant = withKey(String(key));
  await send('POST', '/api/v1/customers/onboard', asAdmin, onboarding);
  await send('POST', '/api/v1/customers/onboard', asAdmin, { company_name: 'Acme', tier: 'FREE' });
  await send('POST', '/api/v1/customers/onboard', {});

  const onceKey = { ...asTenant, 'Idempotency-Key': 'costs-2026-10' };
  await send('POST', `${dryrun}?dry_run=true`, asTenant, {});
  const { run_id: runId } = await send('POST', dryrun, onceKey, {});
  await endOfRun(cloud.url, String(key), runId);
  await whenQuiet(cloud.bigquery, tenant);
  const costs = `/api/v1/pipelines/run/${tenant}/gcp/billing/daily_costs`;
  await send('POST', costs, onceKey, { source_uri: 'gs://billing/export.ndjson' });
  await send('POST', `/api/v1/pipelines/run/${tenant}/gcp/billing/nope`, asTenant);
  await send('POST', '/api/v1/pipelines/run/other/gcp/example/dryrun', asTenant);
  await send('POST', dryrun, { ...asTenant, 'Content-Type': 'text/plain' }, '{}');
  await send('GET', '/api/v1/identity', asTenant);
  await send('GET', '/api/v1/pipelines', asTenant);
  await send('GET', '/api/v1/pipelines/statistics?days=7', asTenant);
  await send('GET', '/api/v1/pipelines/gcp/example/dryrun', asTenant);
  await send('GET', '/api/v1/pipelines/runs?limit=1', asTenant);
  await send('GET', `/api/v1/pipelines/runs/${runId}`, asTenant);
  await send('GET', '/api/v1/pipelines/runs/00000000-0000-4000-8000-000000000000', asTenant);
  await send('POST', `/api/v1/pipelines/runs/${runId}/cancel`, asTenant);
  const events = await fetch(`${cloud.url}/api/v1/pipelines/runs/${runId}/events`, { headers: asTenant });
  const [, end = ''] = (await events.text()).split(/(?=event: end)/);
  played.operations.followRun = { answers: { 200: maskedText(end) } };

  const path = `/api/v1/tenants/${tenant}`;
  const wrongSource = { pipeline: 'focus/billing/*', reason: 'The bucket has the wrong month.' };
  for (const [base, bulkCancel, headers] of [
    [path, `${path}/runs/bulk-cancel`, asTenant],
    ['/api/v1', '/api/v1/runs/bulk-cancel', asAdmin],
  ] as const) {
    const { operation_id } = await send('POST', bulkCancel, headers, wrongSource);
    await send('POST', bulkCancel, headers, { ...wrongSource, dry_run: true });
    const operation = `${base}/operations/${operation_id}`;
    await eventually('the end of an operation', async () => {
      const { body } = await call(cloud.url, 'GET', operation, { headers });
      return body.state === 'done' ? body : undefined;
    });
    await send('GET', operation, headers);
    await send('POST', `${operation}/abort`, headers);
  }
  await send('GET', '/api/v1/operations/op_6f1c2d3e-0000-4000-8000-000000000000', asAdmin);
  await send('GET', '/api/v1/operations?limit=1', asAdmin);
  await send('GET', path, asTenant);
  await send('GET', '/api/v1/tenants/nobody', asAdmin);
  await send('GET', '/api/v1/tenants', asAdmin);
  await send('POST', `${path}/activate`, { 'X-Admin-Key': furtherAdmins.viewer });
  played.problems.cross_site_request = masked(await crossSiteProblem(`${path}/activate`));
  const made = await send('POST', `${path}/api-keys`, asAdmin, {
    name: 'nightly',
    scopes: ['run', 'read'],
    pipelines: ['gcp/example/dryrun', 'focus/billing/*'],
    expires_at: '2099-01-31T00:00:00Z',
  });
  const { api_key: narrow, api_key_id: narrowId } = await send('POST', `${path}/api-keys`, asAdmin, {
    scopes: 'operate',
    pipelines: ['focus/billing/*'],
  });
  await send('POST', dryrun, withKey(String(narrow)));
  await send('GET', `${path}/api-keys`, withKey(String(narrow)));
  await send('POST', `${path}/api-keys/${narrowId}/rotate`, asTenant, { overlap_seconds: 86_400 });
  const { token } = await send('POST', `${path}/tokens`, asTenant, {
    scopes: ['read'],
    run_id: runId,
    ttl_seconds: 600,
  });
  await send('GET', path, { Authorization: `Bearer ${token}` });
  await send('GET', `${path}/api-keys`, asTenant);
  await send('DELETE', `${path}/api-keys/${made.api_key_id}`, asAdmin);
  await send('DELETE', `${path}/api-keys/${made.api_key_id}`, asAdmin);
  const hook = await send('POST', `${path}/webhooks`, asTenant, {
    url: 'https://hooks.example.com/events',
    event_types: ['tenant.onboarded'],
    description: 'for the billing',
  });
  const webhook = `${path}/webhooks/${hook.webhook_id}`;
  await send('GET', `${path}/webhooks`, asTenant);
  await send('GET', webhook, asTenant);
  await send('PATCH', webhook, asTenant, { state: 'paused' });
  await send('POST', `${webhook}/rotate-secret`, asTenant, { overlap_seconds: 86_400 });
  await send('POST', `${webhook}/test`, asTenant);
  await eventually('the attempt, in the list', async () => {
    const { body } = await call(cloud.url, 'GET', `${webhook}/deliveries`, { headers: asTenant });
    return isDeepStrictEqual(body.attempts, []) ? undefined : body;
  });
  await send('GET', `${webhook}/deliveries?limit=1`, asTenant);
  await send('POST', `${webhook}/deliveries/msg_0f0f/redeliver`, asTenant);
  await send('DELETE', webhook, asTenant);
  await send('GET', webhook, asTenant);
  await playSchedules(path, asTenant, send, cloud);
  await send('GET', `${path}/export`, asTenant);
  await send('GET', `${path}/usage`, asTenant);
  await send('GET', `${path}/activity`, asTenant);
  await send('GET', '/api/v1/tiers', asAdmin);
  await send('GET', '/api/v1/overview', asAdmin);
  await send('GET', '/api/v1/runs/in-flight', asAdmin);
  await send('GET', '/api/v1/usage', asAdmin);
  await send('GET', '/api/v1/runs?limit=1', asAdmin);
  const month = new Date().toISOString().slice(0, 7);
  await send('GET', `/api/v1/billing/export?month=${month}&format=openmeter`, asAdmin);
  await send('PATCH', path, { ...asAdmin, 'If-Match': '"6f1c2d3e-0"' }, { notes: 'Calls on Mondays' });
  await send('PATCH', path, asAdmin, { notes: 'Calls on Mondays' });
  const reason = { reason: 'Third reminder of invoice 17', public_reason: 'Invoice 17 is not paid.' };
  await send('POST', `${path}/suspend`, asAdmin, reason);
  await send('POST', dryrun, asTenant);
  await send('POST', `${path}/activate`, asAdmin);
  await send('PATCH', `${path}/quotas`, asAdmin, { max_concurrent_pipelines: 0 });
  await send('POST', dryrun, asTenant);
  await send('PATCH', `${path}/quotas`, asAdmin, { max_pipelines_per_month: 1 });
  await send('POST', dryrun, asTenant);
  await send('POST', `${path}/suspend`, asAdmin, { reason: 'x'.repeat(1_000_001) });
  await send('GET', `/api/v1/audit?action=changeQuotas&limit=1`, asAdmin);
  await send('GET', `${path}/audit?action=makeApiKey&limit=1`, asTenant);
  await showResults(cloud, send);
  await offboard(cloud, send);
  await send('GET', '/healthz', {});
  await send('GET', '/readyz', {});
  return played;
}

/** A tenant of its own, with a run that makes tables. */
async function showResults(cloud: TestCloud, send: Send): Promise<void> {
  const tenantId = 'acme_003';
  const key = await onboard(cloud.url, tenantId);
  const bucket = join(cloud.dataDirectory, 'gcs', 'billing');
  const cost = { service: { description: 'Storage' }, cost: 1.5, currency: 'USD' };
  mkdirSync(bucket, { recursive: true });
  writeFileSync(
    join(bucket, 'export.ndjson'),
    `${JSON.stringify({ ...cost, usage_start_time: '2026-10-03 01:00:00 UTC' })}\n`,
  );
  const parameters = { source_uri: 'gs://billing/export.ndjson' };
  const { run_id: runId } = await apiOf(cloud.url, { apiKey: key }).startRun(
    tenantId,
    'gcp/billing/daily_costs',
    { parameters },
  );
  await endOfRun(cloud.url, key, runId);
  const results = `/api/v1/pipelines/runs/${runId}/results`;
  await send('GET', results, withKey(key));
  await send('GET', `${results}/2?limit=1`, withKey(key));
  await send('GET', `${results}/9`, withKey(key));
}

/** One that is due once a year, and what became of a time of before. */
async function playSchedules(path: string, asTenant: Record<string, string>, send: Send, cloud: TestCloud) {
  const made = await send('POST', `${path}/schedules`, asTenant, {
    pipeline: 'gcp/example/dryrun',
    cron: '30 6 1 1 *',
    time_zone: 'Etc/UTC',
    description: 'New Year',
  });
  const schedule = `${path}/schedules/${made.schedule_id}`;
  await query(
    cloud.bigquery,
    'tenant_pipelines',
    `INSERT INTO schedule_times (schedule_id, tenant_id, planned_at, outcome, run_id, recorded_at)
     VALUES (@id, '${tenant}', CURRENT_TIMESTAMP(), 'started', '6f1c2d3e-0000-4000-8000-000000000001', CURRENT_TIMESTAMP())`,
    { id: made.schedule_id },
  );
  await send('GET', `${path}/schedules`, asTenant);
  await send('GET', schedule, asTenant);
  await send('GET', `${schedule}/history`, asTenant);
  await send('PATCH', schedule, asTenant, { description: 'Happy New Year', missed: 'skip' });
  await send('POST', `${schedule}/pause`, asTenant);
  await send('POST', `${schedule}/resume`, asTenant);
  await send('DELETE', schedule, asTenant);
  await send('GET', schedule, asTenant);
}

/** A tenant of its own, with a run in flight that nobody works on. */
async function offboard(cloud: TestCloud, send: Send): Promise<void> {
  const leaving = 'acme_002';
  const path = `/api/v1/tenants/${leaving}`;
  await onboard(cloud.url, leaving);
  const slot = `STRUCT('run-1' AS run_id, 'gcp/example/dryrun' AS pipeline, CURRENT_TIMESTAMP() AS admitted_at, TIMESTAMP '2099-01-01' AS lease_expires_at)`;
  const set = (what: string) => query(cloud.bigquery, leaving, `UPDATE tenants SET ${what} WHERE TRUE`);
  await set(
    `active_runs = ARRAY(SELECT AS STRUCT active_runs[SAFE_OFFSET(-1)].* REPLACE (slot.run_id AS run_id, slot.pipeline AS pipeline, slot.admitted_at AS admitted_at, slot.lease_expires_at AS lease_expires_at) FROM UNNEST([${slot}]) AS slot), pipeline_runs_count = 1, pipeline_runs_this_month = 1`,
  );
  await send('DELETE', `${path}?confirm=${leaving}`, asAdmin);
  // It has begun; what its run needs to end is seen to later.
  await set('is_active = FALSE, offboarding_at = CURRENT_TIMESTAMP()');
  await send('DELETE', `${path}?confirm=${leaving}`, asAdmin);
  await send('POST', `${path}/activate`, asAdmin);
  await send('DELETE', `${path}?confirm=${leaving}&force=true`, asAdmin);
  await send('POST', `${path}/restore`, asAdmin);
}

/** Of the catalogue, and of figures by pipeline, one pipeline will do, which seldom changes. */
const firstPipeline = (shown: unknown): unknown => {
  const { success, data } = catalogueSchema.safeParse(shown);
  if (!success) return shown;
  const { pipelines, ...rest } = data;
  return { ...rest, pipelines: pipelines.filter(({ pipeline }) => pipeline === 'gcp/example/dryrun') };
};
const catalogueSchema = z.looseObject({ pipelines: z.array(z.looseObject({ pipeline: z.string() })).min(1) });
