import { randomUUID } from 'node:crypto';
import { BigQuery } from '@google-cloud/bigquery';
import { composeOnboard } from '../../../functions/onboard/compose-onboard';
import { createRunJob } from '../../../shared/google/bigquery/jobs/run-job';
import { systemClock } from '../../../shared/support/clock';
import { createApiKey } from '../../../shared/tenants/rules/api-key';
import { call, withKey } from '../../support/local-cloud';
import { type InstanceOptions, startRunInstance, startTenantsInstance } from '../support/instances';
import { collectingLog, type Served, serve } from '../support/serve';

/** A BigQuery that does not answer before the end, and tells when it was asked first. */
function silence() {
  let wasAsked = () => {};
  const asked = new Promise<void>((resolve) => {
    wasAsked = resolve;
  });
  let end = () => {};
  const silent = new Promise<never>((_, reject) => {
    end = () => reject(new Error('The end'));
  });
  silent.catch(() => undefined);
  const never = (): Promise<never> => {
    wasAsked();
    return silent;
  };
  return { asked, never, end: () => end() };
}

type Start = (never: () => Promise<never>) => Promise<Served>;

/** Nothing listens there: nothing is to be sent. */
const bigqueryUrl = 'http://127.0.0.1:9';
const callsAtOnce = 1;
const instance = (never: () => Promise<never>): InstanceOptions & { readonly callsAtOnce: number } => ({
  bigqueryUrl,
  runStatement: never,
  callsAtOnce,
});

async function startOnboardInstance(never: () => Promise<never>): Promise<Served> {
  const { log } = collectingLog();
  const datasets = {
    findOtherSpelling: never,
    ensureDataset: never,
    ensureTable: never,
    hasTable: never,
    upgradeTable: never,
    runOnce: never,
    deleteDataset: never,
    undeleteDataset: never,
    deleteTable: never,
  };
  const setUp = {
    adminRule: { kind: 'open' as const },
    tables: [],
    tiers: {
      FREE: {
        max_pipelines_per_month: 1,
        max_concurrent_pipelines: 1,
        max_bytes_billed_per_month: null,
        max_queued_pipelines: 0,
      },
    },
    defaultLocation: 'US',
    dryRun: undefined,
    events: { topic: 'tenant-events', types: [] },
    answerMs: 600_000,
    callsAtOnce,
    newId: randomUUID,
    clock: systemClock,
    log,
  };
  const routes = composeOnboard(setUp, {
    createBigQuery: () => new BigQuery({ projectId: 'local', apiEndpoint: bigqueryUrl }),
    createRunStatement: () => never,
    createRunJob,
    createTenantDatasets: () => datasets,
    createPublishTenantEvents: () => never,
  });
  return serve(routes, log);
}

describe('A function that works on as many calls as it may', () => {
  const headers = withKey(createApiKey('acme'));
  const started: Served[] = [];
  afterAll(async () => {
    for (const { close } of started) await close();
  });

  it.each<[string, Start, Parameters<typeof call>[1], string, Parameters<typeof call>[3]]>([
    ['run', (never) => startRunInstance(instance(never)), 'GET', '/api/v1/pipelines/runs', { headers }],
    ['tenants', (never) => startTenantsInstance(instance(never)), 'GET', '/api/v1/tenants/acme', { headers }],
    [
      'onboard',
      startOnboardInstance,
      'POST',
      '/api/v1/customers/onboard',
      { body: { tenant_id: 'acme', company_name: 'Acme', subscription_tier: 'FREE' } },
    ],
  ])('%s refuses the next one at once', async (_name, start, method, path, options) => {
    const { asked, never, end } = silence();
    const served = await start(never);
    started.push(served);
    const first = call(served.url, method, path, options);
    await asked;
    const { status, body, headers: answered } = await call(served.url, method, path, options);
    expect({ status, body }).toMatchObject({
      status: 503,
      body: {
        code: 'unavailable',
        detail: 'Too many calls are under way at the moment. Nothing was done.',
      },
    });
    expect(Number(answered.get('retry-after'))).toBeGreaterThan(0);
    end();
    await first;
  });

  it('run still answers what needs no BigQuery, and judges runs that are to be started', async () => {
    const { asked, never, end } = silence();
    const served = await startRunInstance(instance(never));
    started.push(served);
    const first = call(served.url, 'GET', '/api/v1/pipelines/runs', { headers });
    await asked;
    for (const [method, path] of [
      ['GET', '/api/v1/pipelines'],
      ['POST', '/api/v1/pipelines/run/acme/gcp/example/dryrun'],
    ] as const)
      expect(await call(served.url, method, path)).toMatchObject({ status: 401 });
    end();
    await first;
  });
});
