import { z } from 'zod';
import type { LocalCloud } from './cloud';

const tenantId = 'local_warm_up';
/**
 * The local BigQuery prepares a statement the second time it sees it: the third run is the first at full
 * speed.
 */
const runs = 3;
const patienceMs = 10_000;
/** Each look is a line on the terminal. */
const betweenLooksMs = 100;

const onboardedSchema = z.object({ api_key: z.string() });
const deletedSchema = z.object({ numDmlAffectedRows: z.coerce.number() });
const tenantSchema = z.object({ usage: z.object({ current_running_pipelines: z.number() }) });

/**
 * Onboards a tenant of its own, runs a pipeline for it and deletes it again, so that everything is loaded
 * when the first caller comes: a cold first run takes ten times as long as any other.
 * @throws Error when any of this fails
 */
export async function warmUp(
  { url, bigqueryUrl }: Pick<LocalCloud, 'url' | 'bigqueryUrl'>,
  adminKey: string | undefined,
): Promise<void> {
  const admin: Record<string, string> = adminKey === undefined ? {} : { 'X-Admin-Key': adminKey };
  const onboarding = {
    tenant_id: tenantId,
    company_name: 'Warm-up',
    subscription_tier: 'FREE',
    force_recreate_dataset: true,
  };
  try {
    const onboarded = await call(`${url}/api/v1/customers/onboard`, 'POST', admin, onboarding);
    const key = { 'X-API-Key': onboardedSchema.parse(onboarded).api_key };
    for (let run = 0; run < runs; run++) {
      await call(`${url}/api/v1/pipelines/run/${tenantId}/gcp/example/dryrun`, 'POST', key);
      await quiet(`${url}/api/v1/tenants/${tenantId}`, key);
    }
  } finally {
    await removeTenant(bigqueryUrl);
  }
  await forgetRuns(bigqueryUrl);
}

/** Not by Google's client, which would take longer to load than this takes. */
async function removeTenant(bigqueryUrl: string): Promise<void> {
  const dataset = `${bigqueryUrl}/projects/${process.env.GOOGLE_CLOUD_PROJECT}/datasets/${tenantId}`;
  const { ok, status } = await fetch(`${dataset}?deleteContents=true`, { method: 'DELETE' });
  if (!ok) throw new Error(`Deleting the warm-up's tenant was answered ${status}`);
}

/** What was recorded of it for operators, so that the first that they see is their own. */
async function forgetRuns(bigqueryUrl: string): Promise<void> {
  const forget = async (table: string): Promise<number> => {
    const query = `DELETE FROM tenant_pipelines.${table} WHERE tenant_id = '${tenantId}'`;
    const queries = `${bigqueryUrl}/projects/${process.env.GOOGLE_CLOUD_PROJECT}/queries`;
    const answer = await call(queries, 'POST', {}, { query, useLegacySql: false });
    return deletedSchema.parse(answer).numDmlAffectedRows;
  };
  const giveUpAt = performance.now() + patienceMs;
  // The last run is over a little before this is written down.
  for (let forgotten = 0; forgotten < runs && performance.now() < giveUpAt; ) {
    forgotten += await forget('all_runs');
    if (forgotten < runs) await new Promise((resolve) => setTimeout(resolve, betweenLooksMs));
  }
  await forget('audit_log');
}

async function quiet(url: string, key: Record<string, string>): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const { usage } = tenantSchema.parse(await call(url, 'GET', key));
    if (usage.current_running_pipelines === 0) return;
    if (performance.now() > giveUpAt) throw new Error('The warm-up run did not come to its end');
    await new Promise((resolve) => setTimeout(resolve, betweenLooksMs));
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
