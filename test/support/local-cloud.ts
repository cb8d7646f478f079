import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BigQuery } from '@google-cloud/bigquery';
import { clientOf, sharesEngine } from 'local-bigquery/testing';
import { type Client, createClient, type Run } from '../../client';
import { type LocalCloud, startLocalCloud } from '../../local/cloud/cloud';
import type { ServersElsewhere } from '../../local/cloud/servers/servers';
import { expectDocumented } from './documented-answers';

export interface TestCloud extends LocalCloud {
  readonly dataDirectory: string;
  /** Google's client, on the same BigQuery as the functions. */
  readonly bigquery: BigQuery;
}

/** Of clouds started with `ADMIN_API_KEY`. */
export const adminKey = 'admin-key-of-the-tests-0001';
export const asAdmin = { 'X-Admin-Key': adminKey };
export const withKey = (apiKey: string) => ({ 'X-API-Key': apiKey });

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Answers are looked into by expectations, which name what they expect.
  readonly body: Record<string, unknown>;
}

/** Jobs are called by tests alone: another call in the middle of one, at full five minutes, would decide in its place. */
const neverTime = { now: Date.now, after: () => () => undefined };

export interface TestCloudOptions {
  /** Servers that somebody else runs. */
  readonly elsewhere?: ServersElsewhere;
  /**
   * Gives the servers a thread and an SQL engine of their own, which end with the cloud. For a file that lets them fail,
   * moves the clock, looks at all that this thread prints or keeps in memory, ends or holds up their engine, or leaves it large.
   */
  readonly hasOwnServers?: boolean;
}

/**
 * The whole cloud in a box in this process, in a fresh directory, on ports of the system's choice. Once a test file. Its
 * servers run in this thread, with the SQL engine, its plans and the modules that the file before has left.
 */
export async function startTestCloud(
  environment: Record<string, string> = {},
  schemasDirectory = join(__dirname, '../../schemas'),
  { elsewhere, hasOwnServers = false }: TestCloudOptions = {},
): Promise<TestCloud> {
  // Tests fail on purpose, as often as they like, on machines of any speed. Those that hear no events have none.
  const defaults = { LOG_SEVERITY: 'NONE', FAILURES_PER_MINUTE: '1000000', EVENT_TYPES: 'webhook.disabled' };
  Object.assign(process.env, { ...defaults, ...environment });
  const dataDirectory = mkdtempSync(join(tmpdir(), 'tenant-pipelines-'));
  const cloud = await startLocalCloud({
    gatewayPort: 0,
    bigqueryPort: 0,
    pubsubPort: 0,
    dataDirectory,
    isMemoryOnly: false,
    schemasDirectory,
    elsewhere,
    schedulerClock: neverTime,
    inThisThread: sharesEngine && !hasOwnServers,
    log: () => undefined,
  });
  return {
    ...cloud,
    dataDirectory,
    bigquery: clientOf(cloud.bigqueryUrl),
    close: async () => {
      await cloud.close();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

/**
 * A request to the gateway with a JSON body; the answer's JSON, or {} where it has none. Throws where openapi.json
 * knows no such answer.
 */
export async function call(
  base: string,
  method: string,
  path: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(base + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const { status } = response;
  const parsed = text === '' ? {} : JSON.parse(text);
  const contentType = response.headers.get('content-type');
  expectDocumented({ method, path, status, contentType, body: parsed });
  return { status, headers: response.headers, body: parsed };
}

/** As fetch. Rejects where openapi.json knows no such answer. */
const documentedFetch: typeof fetch = async (address, init) => {
  const response = await fetch(address, init);
  const contentType = response.headers.get('content-type');
  if (/\bjson$/.test(contentType ?? '')) {
    const { pathname: path } = new URL(response.url);
    const body: unknown = await response.clone().json();
    expectDocumented({ method: init?.method ?? 'GET', path, status: response.status, contentType, body });
  }
  return response;
};

/** The typed client, as whoever has this key. It sends nothing twice. */
export const apiOf = (
  baseUrl: string,
  key: { readonly apiKey: string } | { readonly adminKey: string },
): Client => createClient({ baseUrl, ...key, retries: { attempts: 1 }, fetch: documentedFetch });

/** Onboards a tenant and resolves to its API key. */
export async function onboard(
  base: string,
  tenantId: string,
  change: Record<string, unknown> = {},
): Promise<string> {
  const { api_key } = await apiOf(base, { adminKey }).call('onboardTenant', {
    body: {
      tenant_id: tenantId,
      company_name: 'Test Corporation',
      contact_email: 'admin@testcorp.com',
      subscription_tier: 'STARTER',
      ...change,
    },
  });
  return api_key;
}

/** The rows of a query with a tenant's dataset as default. */
export async function query(
  bigquery: BigQuery,
  tenantId: string,
  sql: string,
  params: Record<string, unknown> = {},
): Promise<Record<string, unknown>[]> {
  const [rows] = await bigquery.query({ query: sql, params, defaultDataset: { datasetId: tenantId } });
  return rows;
}

/** Asks for a run until it has ended, and resolves to what the API shows of it. */
export const endOfRun = (base: string, apiKey: string, runId: unknown): Promise<Run> =>
  eventually(`the end of run ${runId}`, async () => {
    const run = await apiOf(base, { apiKey }).call('showRun', { path: { run_id: String(runId) } });
    return ['QUEUED', 'ADMITTED'].includes(run.status) ? undefined : run;
  });

const openRuns = `
SELECT
  (SELECT COUNT(*) FROM tenants, UNNEST(active_runs))
  + (SELECT COUNT(*) FROM tenants, UNNEST(settled_runs) AS settled
     WHERE settled.run_id NOT IN (SELECT run_id FROM pipeline_runs)) AS open`;

/** Resolves when the tenant has nothing in flight, and the ledger has all that ended: it comes a little later. */
export const whenQuiet = (bigquery: BigQuery, tenantId: string): Promise<true> =>
  eventually(`the end of all runs of ${tenantId}`, async () => {
    const [row] = await query(bigquery, tenantId, openRuns);
    return row?.open === 0 ? true : undefined;
  });

/** Asks until `look` gives something, and resolves to it. Fails after two minutes with what was waited for. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const giveUpAt = Date.now() + 120_000;
  // Looking costs more than waiting: what takes longer is asked for less often.
  for (let pauseMs = 10; Date.now() < giveUpAt; pauseMs = Math.min(pauseMs * 1.5, 200)) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  throw new Error(`Waited two minutes in vain: ${what}`);
}
