import { query } from '../../support/local-cloud';
import { type Backends, dryrun, startBackends } from '../support/backends';
import { type Instance, push, startWorkerInstance } from '../support/instances';
import { type BigQueryProxy, startProxy } from '../support/proxy';

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

/** For minutes after a table was created, BigQuery may answer 404 to rows that are streamed to it. */
describe('A run of a tenant whose tables accept no streamed rows yet', () => {
  let backends: Backends;
  let proxy: BigQueryProxy;
  let worker: Instance;
  beforeAll(async () => {
    backends = await startBackends();
    proxy = await startProxy(backends.bigquery.url);
    worker = await startWorkerInstance({ bigqueryUrl: proxy.url, settling: { appendMs: 500 } });
  });
  afterAll(async () => {
    await worker?.close();
    await proxy?.close();
    await backends?.close();
  });

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
