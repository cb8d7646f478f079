import { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';

const tenantId = 'local_warm_up';
/** A statement is prepared when it comes a second time, so the third run is the first one at full speed. */
const runs = 3;
const patienceMs = 10_000;

const onboardedShape = z.object({ api_key: z.string() });
const tenantShape = z.object({ usage: z.object({ current_running_pipelines: z.number() }) });

/**
 * Takes a tenant of its own through the whole chain and away again, so that the first caller meets a server that has
 * loaded what it needs: a cold first run takes ten times as long as any other. Throws an Error where the chain is broken.
 */
export async function warmUp(url: string, adminKey: string | undefined): Promise<void> {
  const admin: Record<string, string> = adminKey === undefined ? {} : { 'X-Admin-Key': adminKey };
  const onboarding = {
    tenant_id: tenantId,
    company_name: 'Warm-up',
    contact_email: 'warm-up@example.com',
    subscription_tier: 'FREE',
    force_recreate_dataset: true,
  };
  try {
    const onboarded = await call(`${url}/api/v1/customers/onboard`, 'POST', admin, onboarding);
    const key = { 'X-API-Key': onboardedShape.parse(onboarded).api_key };
    for (let run = 0; run < runs; run++) {
      await call(`${url}/api/v1/pipelines/run/${tenantId}/gcp/example/dryrun`, 'POST', key);
      await quiet(`${url}/api/v1/tenants/${tenantId}`, key);
    }
  } finally {
    await new BigQuery().dataset(tenantId).delete({ force: true });
  }
}

async function quiet(url: string, key: Record<string, string>): Promise<void> {
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    const { usage } = tenantShape.parse(await call(url, 'GET', key));
    if (usage.current_running_pipelines === 0) return;
    if (Date.now() > giveUpAt) throw new Error('The warm-up run did not come to its end');
  }
}

async function call(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: object,
): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok)
    throw new Error(`The warm-up's ${method} ${url} was answered ${response.status}: ${text}`);
  return JSON.parse(text);
}
