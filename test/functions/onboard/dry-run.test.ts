import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { clientOf } from 'local-bigquery/testing';
import { composeOnboard } from '../../../functions/onboard/compose-onboard';
import { dryRunPipeline } from '../../../functions/onboard/dry-run';
import { loadPipeline } from '../../../shared/definitions/pipelines';
import { loadTables } from '../../../shared/definitions/tables';
import { loadTiers } from '../../../shared/definitions/tiers';
import { createRunJob } from '../../../shared/google/bigquery/jobs/run-job';
import { createRunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { createTenantDatasets } from '../../../shared/google/bigquery/tables/tenant-datasets';
import { systemClock } from '../../../shared/support/clock';
import { call, query } from '../../support/local-cloud';
import { type Backends, schemasDirectory, schemasWith, startBackends } from '../support/backends';
import { type BigQueryProxy, startProxy } from '../support/proxy';
import { collectingLog, type Served, serve } from '../support/serve';

describe('The dry run at the end of an onboarding', () => {
  let backends: Backends;
  let proxy: BigQueryProxy;
  const served: Served[] = [];
  const directories: string[] = [];
  beforeAll(async () => {
    backends = await startBackends();
    proxy = await startProxy(backends.bigquery.url);
  });
  beforeEach(() => proxy.treat(() => 'pass'));
  afterAll(async () => {
    for (const instance of served) await instance.close();
    await proxy?.close();
    await backends?.close();
    for (const directory of directories) rmSync(directory, { recursive: true });
  });

  const schemasWhereItIs = (text: string) => {
    const directory = schemasWith({ [dryRunPipeline]: text });
    directories.push(directory);
    return directory;
  };
  async function start(schemas = schemasDirectory, pipeline = dryRunPipeline, answerMs = 240_000) {
    const { log, lines } = collectingLog();
    const routes = composeOnboard(
      {
        adminRule: { kind: 'open' },
        tables: loadTables(schemas),
        tiers: loadTiers(schemas),
        defaultLocation: 'US',
        dryRun: loadPipeline(schemas, pipeline),
        answerMs,
        newId: randomUUID,
        clock: systemClock,
        log,
      },
      {
        createBigQuery: () => clientOf(proxy.url),
        createRunStatement,
        createRunJob,
        createTenantDatasets,
        createPublishTenantEvents: () => async () => undefined,
      },
    );
    const instance = await serve(routes, log);
    served.push(instance);
    const onboard = (tenant_id: string, change: Record<string, unknown> = {}) =>
      call(instance.url, 'POST', '/api/v1/customers/onboard', {
        body: {
          tenant_id,
          company_name: 'Test Corporation',
          contact_email: 'admin@testcorp.com',
          subscription_tier: 'STARTER',
          ...change,
        },
      });
    return { onboard, lines };
  }
  const jobsOf = async (tenantId: string) => {
    const [jobs] = await backends.client.getJobs();
    return jobs.filter(({ metadata }) => {
      const { labels } = metadata.configuration;
      return labels?.tenant === tenantId && labels?.pipeline === 'gcp-example-dryrun';
    });
  };
  const rowsOf = (tenantId: string, table: string) =>
    query(backends.client, tenantId, `SELECT * FROM ${table}`);

  it('is reported in the answer, has read the tenant’s tables, and is not counted', async () => {
    const { onboard } = await start();
    expect(await onboard('tried')).toMatchObject({
      status: 201,
      body: { tenant_id: 'tried', dryrun_status: 'COMPLETED', dryrun_error: null },
    });
    expect(await jobsOf('tried')).toHaveLength(1);
    expect(await backends.usage('tried')).toEqual({ ever: 0, month: 0, running: 0, slots: [] });
    for (const table of ['pipeline_runs', 'step_logs', 'dq_results'])
      expect(await rowsOf('tried', table)).toEqual([]);
  });

  it('ends in time where BigQuery hangs, sends nothing more, and the same call again completes it', async () => {
    const hurried = await start(schemasDirectory, dryRunPipeline, 1_000);
    proxy.treat(({ startsJob }) => (startsJob?.startsWith('tp_onboard_') ? 'hang' : 'pass'));
    const late = await hurried.onboard('late');
    expect(late).toMatchObject({
      status: 503,
      body: {
        code: 'unavailable',
        detail: expect.stringContaining('The same call again completes what was begun.'),
      },
    });
    expect(late.headers.get('Retry-After')).toBe('5');
    proxy.treat(() => 'pass');
    const { onboard } = await start();
    expect(await onboard('late')).toMatchObject({ status: 201, body: { dryrun_status: 'COMPLETED' } });
  });

  it('is made again when the tenant is recreated', async () => {
    const { onboard } = await start();
    await onboard('anew');
    expect((await onboard('anew')).status).toBe(409);
    expect(await jobsOf('anew')).toHaveLength(1);
    for (const change of [{ force_recreate_tables: true }, { force_recreate_dataset: true }]) {
      expect(await onboard('anew', change)).toMatchObject({
        status: 201,
        body: { dryrun_status: 'COMPLETED' },
      });
    }
    expect(await jobsOf('anew')).toHaveLength(3);
  });

  it('says what failed; the tenant is onboarded all the same', async () => {
    const text = `
description: For tests.
steps:
  - { id: good, type: query, sql: SELECT tenant_id FROM tenants }
  - { id: bad, type: query, needs: [good], sql: SELECT 1 FROM no_such_table }
`;
    const { onboard, lines } = await start(schemasWhereItIs(text));
    const { status, body } = await onboard('unlucky');
    expect({ status, body }).toMatchObject({
      status: 201,
      body: {
        api_key: expect.stringContaining('unlucky_api_'),
        dryrun_status: 'FAILED',
        dryrun_error: { code: 'not_found', step: 'bad', message: expect.stringContaining('no_such_table') },
      },
    });
    expect(lines).toContainEqual(expect.objectContaining({ severity: 'WARNING', tenant_id: 'unlucky' }));
    expect(await rowsOf('unlucky', 'tenants')).toMatchObject([{ is_active: true, pipeline_runs_count: 0 }]);
    expect(await rowsOf('unlucky', 'pipeline_runs')).toEqual([]);
  });

  it('says so if it may not run jobs', async () => {
    const message = 'Access Denied: Project local: User does not have bigquery.jobs.create permission';
    const errors = [{ reason: 'accessDenied', message }];
    const { onboard } = await start();
    // The first job of an onboarding inserts the tenant row.
    let jobs = 0;
    proxy.treat(({ method, path }) => {
      const isStart = method === 'POST' && /\/jobs(\?|$)/.test(path);
      return isStart && ++jobs > 1
        ? { status: 403, body: { error: { code: 403, message, errors } } }
        : 'pass';
    });
    expect(await onboard('forbidden')).toMatchObject({
      status: 201,
      body: {
        dryrun_status: 'FAILED',
        dryrun_error: { code: 'access_denied', message: expect.stringContaining('bigquery.jobs.create') },
      },
    });
  });

  it('is left out if the pipeline does not exist', async () => {
    const { onboard } = await start(schemasDirectory, 'no/such/pipeline');
    expect(await onboard('skipped')).toMatchObject({
      status: 201,
      body: { dryrun_status: 'SKIPPED', dryrun_error: null },
    });
  });
});
