// In short: ./reconcile/failures.test.ts
import { rmSync } from 'node:fs';
import { call, eventually, query, withKey } from '../support/local-cloud';
import { beginRun } from './reconcile/lapsed-suite';
import { type Backends, dryrun, runTopic, startBackends } from './support/backends';
import { holdLoads } from './support/held-loads';
import {
  type Instance,
  push,
  startReconcileInstance,
  startRunInstance,
  startWorkerInstance,
} from './support/instances';
import { startProxy } from './support/proxy';
import { numbers, slowLoad, slowLoadSchemas } from './support/slow-load';

describe('While something is down or gone', () => {
  let backends: Backends;
  let schemas: string;
  let run: Instance;
  /** Another instance of `run`, which gives up soon. */
  let hasty: Instance;
  let worker: Instance;
  const loads = holdLoads();
  beforeAll(async () => {
    backends = await startBackends({ limits: loads.limits });
    backends.putFile(numbers.path, numbers.text);
    schemas = slowLoadSchemas();
    const { url: bigqueryUrl } = backends.bigquery;
    run = await startRunInstance({ bigqueryUrl, schemas });
    hasty = await startRunInstance({ bigqueryUrl, schemas, admission: { budgetMs: 500 } });
    worker = await startWorkerInstance({ bigqueryUrl, schemas, settling: { appendMs: 8_000 } });
    await backends.messages.topic(runTopic).createSubscription('worker', {
      pushConfig: { pushEndpoint: `${worker.url}/` },
      retryPolicy: { minimumBackoff: { nanos: 100_000_000 }, maximumBackoff: { nanos: 100_000_000 } },
    });
  });
  afterEach(() => {
    backends.bigquery.setAvailable(true);
    backends.pubsub.setAvailable(true);
    loads.letGo();
  });
  afterAll(async () => {
    await run?.close();
    await hasty?.close();
    await worker?.close();
    await backends?.close();
    rmSync(schemas, { recursive: true });
  });

  const start = (tenantId: string, apiKey: string, pipeline = dryrun, instance = run) =>
    call(instance.url, 'POST', `/api/v1/pipelines/run/${tenantId}/${pipeline}`, { headers: withKey(apiKey) });
  const whenOver = (tenantId: string) =>
    eventually(`the end of the runs of ${tenantId}`, async () =>
      (await backends.usage(tenantId)).slots.length === 0 ? true : undefined,
    );
  const linesOf = (instance: Instance, tenantId: string) =>
    instance.lines.filter(({ tenant_id }) => tenant_id === tenantId);
  /** Resolves when the run's job is under way. */
  const whenAtWork = (runId: unknown) =>
    eventually(`the job of ${runId}`, async () =>
      (await backends.client.getJobs())[0].find(({ id }) => id?.includes(String(runId))),
    );
  const loaded = (tenantId: string) => query(backends.client, tenantId, 'SELECT n FROM numbers ORDER BY n');

  it('BigQuery: no run is admitted, the caller is told when to come back, and it recovers', async () => {
    const apiKey = await backends.onboard('no_bigquery', { max_pipelines_per_month: 2 });
    expect((await start('no_bigquery', apiKey)).status).toBe(202);
    await whenOver('no_bigquery');
    backends.bigquery.setAvailable(false);
    for (const answer of await Promise.all(
      [1, 2, 3].map(() => start('no_bigquery', apiKey, dryrun, hasty)),
    )) {
      expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    backends.bigquery.setAvailable(true);
    await eventually('an admission', async () =>
      (await start('no_bigquery', apiKey)).status === 202 ? true : undefined,
    );
    await whenOver('no_bigquery');
    expect(await backends.usage('no_bigquery')).toEqual({ ever: 2, month: 2, running: 0, slots: [] });
  });

  it('BigQuery, in the middle of a run: the run ends once, after BigQuery is back', async () => {
    const apiKey = await backends.onboard('in_the_middle');
    loads.hold();
    const { body } = await start('in_the_middle', apiKey, slowLoad);
    await whenAtWork(body.run_id);
    backends.bigquery.setAvailable(false);
    await eventually('the failure of a delivery', async () =>
      linesOf(worker, 'in_the_middle').find(({ message }) => message.startsWith('A delivery did not')),
    );
    backends.bigquery.setAvailable(true);
    loads.letGo();
    await whenOver('in_the_middle');
    expect(linesOf(worker, 'in_the_middle')).toContainEqual(
      expect.objectContaining({ severity: 'WARNING', run_id: body.run_id, pipeline: slowLoad }),
    );
    expect(linesOf(worker, 'in_the_middle').filter(({ severity }) => severity === 'ERROR')).toEqual([]);
    expect(await loaded('in_the_middle')).toEqual([{ n: 1 }, { n: 2 }]);
    const outcomes = 'SELECT DISTINCT run_id, status FROM pipeline_runs';
    expect(await query(backends.client, 'in_the_middle', outcomes)).toEqual([
      { run_id: body.run_id, status: 'COMPLETED' },
    ]);
  });

  it('BigQuery, hanging for one tenant: reconcile looks after the others, says so, and does the rest later', async () => {
    const proxy = await startProxy(backends.bigquery.url);
    for (const tenantId of ['hung_one', 'well_one']) {
      await backends.onboard(tenantId);
      await backends.hold(tenantId, ['run-lost'], { lease_seconds: -180 });
      await beginRun(backends, tenantId, 'run-lost');
    }
    const reconcile = await startReconcileInstance({ bigqueryUrl: proxy.url });
    proxy.treat(({ path }) => (path.includes('/datasets/hung_one/') ? 'hang' : 'pass'));
    expect(await call(reconcile.url, 'POST', '/')).toMatchObject({ status: 503, body: { failed: 1 } });
    expect(linesOf(reconcile, 'hung_one')).toContainEqual(
      expect.objectContaining({
        severity: 'ERROR',
        error: expect.objectContaining({ message: 'No answer from BigQuery within 12000 ms' }),
      }),
    );
    expect((await backends.usage('well_one')).slots).toEqual([]);
    expect((await backends.usage('hung_one')).slots).toEqual(['run-lost']);
    proxy.treat(() => 'pass');
    expect(await call(reconcile.url, 'POST', '/')).toMatchObject({ status: 200, body: { failed: 0 } });
    expect((await backends.usage('hung_one')).slots).toEqual([]);
    await reconcile.close();
    await proxy.close();
  });

  it('Pub/Sub: runs are still admitted, and reconcile starts them later', async () => {
    const apiKey = await backends.onboard('no_pubsub');
    const { url: bigqueryUrl } = backends.bigquery;
    const longestPublishMs = 300;
    const publishingInVain = await startRunInstance({ bigqueryUrl, schemas, longestPublishMs });
    backends.pubsub.setAvailable(false);
    const { status, body } = await start('no_pubsub', apiKey, dryrun, publishingInVain);
    expect(status).toBe(202);
    const { run_id } = body;
    expect(linesOf(publishingInVain, 'no_pubsub')).toMatchObject([
      { severity: 'WARNING', run_id, pipeline: dryrun },
    ]);
    await publishingInVain.close();
    const later = { bigqueryUrl, now: () => new Date(Date.now() + 3 * 60_000) };
    const inVain = await startReconcileInstance({ ...later, longestPublishMs });
    expect((await call(inVain.url, 'POST', '/')).status).toBe(503);
    expect(inVain.lines).toContainEqual(
      expect.objectContaining({ severity: 'ERROR', tenant_id: 'no_pubsub' }),
    );
    await inVain.close();
    backends.pubsub.setAvailable(true);
    const reconcile = await startReconcileInstance(later);
    expect(await call(reconcile.url, 'POST', '/')).toMatchObject({ status: 200, body: { republished: 1 } });
    await reconcile.close();
    await whenOver('no_pubsub');
    expect(await backends.ledger('no_pubsub')).toMatchObject([{ run_id, status: 'COMPLETED' }]);
  });

  it('the tenant’s row: its run is gone with it, and its message does nothing more', async () => {
    await backends.onboard('row_gone');
    await backends.hold('row_gone', ['run-row'], { pipeline: slowLoad });
    loads.hold();
    const delivery = push(worker, 'row_gone', 'run-row', slowLoad);
    await whenAtWork('run-row');
    await query(backends.client, 'row_gone', 'DELETE FROM tenants WHERE TRUE');
    loads.letGo();
    expect((await delivery).status).toBe(204);
    expect(linesOf(worker, 'row_gone')).toContainEqual(expect.objectContaining({ run_id: 'run-row' }));
    expect((await push(worker, 'row_gone', 'run-row', slowLoad)).status).toBe(204);
    expect(await backends.ledger('row_gone')).toEqual([]);
    expect(await loaded('row_gone')).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('the tenant’s row, before the run begins: its message is dropped, and the caller is told', async () => {
    const apiKey = await backends.onboard('never_begun');
    await backends.hold('never_begun', ['run-none']);
    await query(backends.client, 'never_begun', 'DELETE FROM tenants WHERE TRUE');
    expect((await push(worker, 'never_begun', 'run-none')).status).toBe(204);
    expect(linesOf(worker, 'never_begun')).toMatchObject([{ severity: 'WARNING', run_id: 'run-none' }]);
    expect(await start('never_begun', apiKey)).toMatchObject({
      status: 404,
      body: { code: 'tenant_not_found' },
    });
  });

  it('the tenant’s dataset: the run is gone with it, without an error', async () => {
    await backends.onboard('dataset_gone');
    await backends.hold('dataset_gone', ['run-data'], { pipeline: slowLoad });
    loads.hold();
    const delivery = push(worker, 'dataset_gone', 'run-data', slowLoad);
    await whenAtWork('run-data');
    await backends.client.dataset('dataset_gone').delete({ force: true });
    loads.letGo();
    expect((await delivery).status).toBe(204);
    expect(linesOf(worker, 'dataset_gone')).toContainEqual(
      expect.objectContaining({ severity: 'WARNING', run_id: 'run-data' }),
    );
    expect((await push(worker, 'dataset_gone', 'run-data', slowLoad)).status).toBe(204);
  });

  it('and was never here: a message for another project’s tenant is dropped and logged', async () => {
    expect((await push(worker, 'tenant_elsewhere', 'run-else')).status).toBe(204);
    expect(linesOf(worker, 'tenant_elsewhere')).toMatchObject([
      { severity: 'WARNING', tenant_id: 'tenant_elsewhere', run_id: 'run-else', pipeline: dryrun },
    ]);
  });

  it('the worker’s way to the ledger: the run is over, and recorded when it is back', async () => {
    await backends.onboard('no_ledger');
    await backends.hold('no_ledger', ['run-ledger'], { pipeline: slowLoad });
    const ledger = backends.client.dataset('no_ledger').table('pipeline_runs');
    const [{ schema }] = await ledger.getMetadata();
    loads.hold();
    const delivery = push(worker, 'no_ledger', 'run-ledger', slowLoad);
    await whenAtWork('run-ledger');
    await ledger.delete();
    loads.letGo();
    expect((await delivery).status).toBe(204);
    expect((await backends.usage('no_ledger')).slots).toEqual([]);
    expect(linesOf(worker, 'no_ledger')).toContainEqual(
      expect.objectContaining({ severity: 'WARNING', message: expect.stringContaining('ledger') }),
    );
    await backends.client.dataset('no_ledger').createTable('pipeline_runs', { schema });
    expect((await push(worker, 'no_ledger', 'run-ledger', slowLoad)).status).toBe(204);
    const reconcile = await startReconcileInstance({
      bigqueryUrl: backends.bigquery.url,
      now: () => new Date(Date.now() + 120_000),
    });
    expect((await call(reconcile.url, 'POST', '/')).status).toBe(200);
    await reconcile.close();
    expect(await backends.ledger('no_ledger')).toMatchObject([{ run_id: 'run-ledger', status: 'COMPLETED' }]);
    expect(await loaded('no_ledger')).toEqual([{ n: 1 }, { n: 2 }]);
  });
});
