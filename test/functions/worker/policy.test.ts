import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPublishRun } from '../../../shared/google/pubsub/publish-run';
import { call, eventually, query } from '../../support/local-cloud';
import { type Backends, dryrun, runTopic, schemasWith, startBackends } from '../support/backends';
import { holdLoads } from '../support/held-loads';
import { type Instance, push, startRunInstance, startWorkerInstance } from '../support/instances';
import { type BigQueryProxy, startProxy } from '../support/proxy';
import { numbers } from '../support/slow-load';

const short = 'test/example/short';
const reading = 'test/example/reading_two_tables_with_a_name_longer_than_63_characters';

const marked = 'test/example/marked';

const definitions = {
  [marked]: `
description: Brings the numbers that are new.
watermark: { type: INT64, initial: 0, sql: SELECT MAX(n) FROM brought }
steps:
  - id: bring
    type: query
    sql: SELECT n FROM UNNEST(GENERATE_ARRAY(@watermark + 1, @watermark + 2)) AS n
    destination: { table: brought, write_disposition: WRITE_APPEND }
`,
  [short]: `
description: Takes longer than it may.
timeout_seconds: 1
sources: [gs://bucket/]
steps:
  - id: load
    type: load
    source_uris: [gs://${numbers.path}]
    format: CSV
    schema: [{ name: n, type: INT64 }]
    destination: { table: numbers, write_disposition: WRITE_APPEND }
`,
  [reading]: `
description: Reads two tables, for which BigQuery bills 20 MiB at least.
steps:
  - { id: small, type: query, sql: SELECT status FROM pipeline_runs, maximum_bytes_billed: 10485760 }
  - { id: both, type: query, sql: 'SELECT t.tenant_id, r.run_id FROM tenants AS t CROSS JOIN pipeline_runs AS r', needs: [small] }
`,
};

const tiers = {
  ENTERPRISE: {
    max_pipelines_per_month: null,
    max_concurrent_pipelines: null,
    maximum_bytes_billed: 15_000_000,
  },
};

const notFound = {
  status: 404,
  body: {
    error: {
      code: 404,
      message: 'Not found: Table',
      errors: [{ reason: 'notFound', message: 'Not found: Table' }],
    },
  },
};

describe('A run through the worker', () => {
  let backends: Backends;
  let schemas: string;
  const loads = holdLoads();
  const workers: Instance[] = [];
  beforeAll(async () => {
    backends = await startBackends({ limits: loads.limits });
    backends.putFile(numbers.path, numbers.text);
    schemas = schemasWith(definitions);
    writeFileSync(join(schemas, 'tiers.json'), JSON.stringify(tiers));
  });
  afterEach(async () => {
    loads.letGo();
    for (const worker of workers.splice(0)) await worker.close();
  });
  afterAll(async () => {
    await backends?.close();
    rmSync(schemas, { recursive: true });
  });

  const startWorker = async (change: Partial<Parameters<typeof startWorkerInstance>[0]> = {}) => {
    const worker = await startWorkerInstance({ bigqueryUrl: backends.bigquery.url, schemas, ...change });
    workers.push(worker);
    return worker;
  };
  const jobsOf = async (runId: string) =>
    (await backends.client.getJobs())[0].filter(({ id }) => id?.includes(runId));

  it('gets no more time by being handed over: its timeout counts from its first job', async () => {
    const between = await startProxy(backends.bigquery.url);
    const worker = await startWorker({ handOverAfterMs: 300, bigqueryUrl: between.url });
    const topic = backends.messages.topic(runTopic);
    const [subscription] = await topic.createSubscription('worker', {
      pushConfig: { pushEndpoint: `${worker.url}/` },
    });
    await backends.onboard('in_a_hurry');
    await backends.hold('in_a_hurry', ['run-short'], { pipeline: short });
    loads.hold();
    await createPublishRun(runTopic)({ tenant_id: 'in_a_hurry', run_id: 'run-short', pipeline: short });
    await eventually('the worker’s request to stop the job', async () =>
      between.calls.find(({ path, status }) => path.includes('/cancel') && status === 200),
    );
    loads.letGo();
    const [row] = await eventually('the end of the run', async () => {
      const rows = await backends.ledger('in_a_hurry');
      return rows.length > 0 ? rows : undefined;
    });
    await subscription.delete();
    await between.close();
    expect(worker.lines.some(({ message }) => message.includes('handed over'))).toBe(true);
    expect(row).toMatchObject({ status: 'FAILED', error_code: 'timed_out', failed_step: 'load' });
    // Its job was cancelled, not just abandoned.
    const job = (await jobsOf('run-short')).find(({ id }) => id?.includes('load'));
    const status = await eventually('the end of the job', async () => {
      const [metadata] = (await job?.getMetadata()) ?? [];
      return metadata.status.state === 'DONE' ? metadata.status : undefined;
    });
    expect(status).toMatchObject({ errorResult: { reason: 'stopped' } });
    await expect(query(backends.client, 'in_a_hurry', 'SELECT * FROM numbers')).rejects.toThrow('Not found');
  });

  it('keeps to the byte limit of its tier, and labels its jobs', async () => {
    const worker = await startWorker();
    await backends.onboard('Limited');
    await backends.hold('Limited', ['run-limit'], { pipeline: reading });
    expect((await push(worker, 'Limited', 'run-limit', reading)).status).toBe(204);
    expect(await backends.ledger('Limited')).toMatchObject([
      {
        status: 'FAILED',
        error_code: 'bytes_limit_exceeded',
        failed_step: 'both',
        error_message:
          "Step 'both' failed: Query exceeded limit for bytes billed: 15000000. 20971520 or higher required. The limit is that of subscription tier ENTERPRISE.",
      },
    ]);
    const labels: unknown[] = [];
    for (const job of await jobsOf('run-limit'))
      labels.push((await job.getMetadata())[0].configuration.labels);
    const common = {
      tenant: 'limited',
      run: 'run-limit',
      pipeline: expect.stringMatching(/^test-example-reading_two_tables_with_a_name_longer_tha-[0-9a-f]{8}$/),
    };
    expect(labels).toHaveLength(2);
    expect(labels).toContainEqual(expect.objectContaining({ ...common, step: 'small' }));
    expect(labels).toContainEqual(expect.objectContaining({ ...common, step: 'both' }));
    for (const value of labels.flatMap((each) => Object.values(each ?? {})))
      expect(value).toMatch(/^[a-z0-9_-]{1,63}$/);
  });

  it('records its watermark, and the next run goes on from there', async () => {
    const worker = await startWorker();
    const apiKey = await backends.onboard('marking');
    for (const runId of ['run-1', 'run-2']) {
      await backends.hold('marking', [runId], { pipeline: marked });
      expect((await push(worker, 'marking', runId, marked)).status).toBe(204);
    }
    expect(await backends.ledger('marking')).toMatchObject([
      { run_id: 'run-1', status: 'COMPLETED', watermark: '2' },
      { run_id: 'run-2', status: 'COMPLETED', watermark: '4' },
    ]);
    const brought = await query(backends.client, 'marking', 'SELECT n FROM brought ORDER BY n');
    expect(brought).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]);
    const run = await startRunInstance({ bigqueryUrl: backends.bigquery.url, schemas });
    workers.push(run);
    const headers = { 'X-API-Key': apiKey };
    const { body } = await call(run.url, 'GET', '/api/v1/pipelines/runs/run-2', { headers });
    expect(body).toMatchObject({ status: 'COMPLETED', watermark: '4' });
  });

  /** For minutes after a table was created, BigQuery may answer 404 to rows that are streamed to it. */
  describe('of a tenant whose tables accept no streamed rows yet', () => {
    let proxy: BigQueryProxy;
    let worker: Instance;
    beforeEach(async () => {
      proxy = await startProxy(backends.bigquery.url);
      worker = await startWorker({ bigqueryUrl: proxy.url, settling: { appendMs: 500 } });
    });
    afterEach(() => proxy.close());

    it('is delivered again until the records of its steps are taken', async () => {
      await backends.onboard('new_step_logs');
      await backends.hold('new_step_logs', ['run-new']);
      proxy.treat(({ path }) => (path.includes('/tables/step_logs/insertAll') ? notFound : 'pass'));
      expect((await push(worker, 'new_step_logs', 'run-new', dryrun)).status).toBe(503);
      expect(await backends.ledger('new_step_logs')).toEqual([]);
      expect((await backends.usage('new_step_logs')).slots).toHaveLength(1);

      proxy.treat(() => 'pass');
      expect((await push(worker, 'new_step_logs', 'run-new', dryrun)).status).toBe(204);
      expect(await backends.ledger('new_step_logs')).toMatchObject([
        { run_id: 'run-new', status: 'COMPLETED' },
      ]);
      expect((await backends.usage('new_step_logs')).slots).toEqual([]);
    });

    it('is over all the same where the ledger takes none: the tenant row keeps its outcome', async () => {
      await backends.onboard('new_ledger');
      await backends.hold('new_ledger', ['run-new']);
      proxy.treat(({ path }) => (path.includes('/tables/pipeline_runs/insertAll') ? notFound : 'pass'));
      expect((await push(worker, 'new_ledger', 'run-new', dryrun)).status).toBe(204);
      proxy.treat(() => 'pass');
      expect(await backends.ledger('new_ledger')).toEqual([]);
      expect((await backends.usage('new_ledger')).slots).toEqual([]);
      const sql = 'SELECT run_id, status FROM tenants, UNNEST(settled_runs)';
      expect(await query(backends.client, 'new_ledger', sql)).toEqual([
        { run_id: 'run-new', status: 'COMPLETED' },
      ]);
    });

    it('is gone with its tenant if that was deleted while it was settled', async () => {
      await backends.onboard('gone_meanwhile');
      await backends.hold('gone_meanwhile', ['run-gone']);
      proxy.treat(async ({ statement }): Promise<'pass'> => {
        if (statement === 'settle-runs')
          await backends.client.dataset('gone_meanwhile').delete({ force: true });
        return 'pass';
      });
      expect((await push(worker, 'gone_meanwhile', 'run-gone', dryrun)).status).toBe(204);
      expect(worker.lines).toContainEqual(
        expect.objectContaining({ message: 'A tenant was deleted under its run, and the run with it' }),
      );
    });
  });
});
