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
    worker = await startWorkerInstance({ bigqueryUrl: proxy.url, ledgerBudgetMs: 500 });
  });
  afterAll(async () => {
    await worker?.close();
    await proxy?.close();
    await backends?.close();
  });

  it.each(['pipeline_runs', 'step_logs'])('is delivered again until they do: %s', async (table) => {
    const tenantId = `new_${table}`;
    await backends.onboard(tenantId);
    await backends.hold(tenantId, ['run-new']);
    proxy.treat(({ path }) => (path.includes(`/tables/${table}/insertAll`) ? notFound : 'pass'));
    expect((await push(worker, tenantId, 'run-new', dryrun)).status).toBe(503);
    expect(await backends.ledger(tenantId)).toEqual([]);
    expect((await backends.usage(tenantId)).slots).toHaveLength(1);

    proxy.treat(() => 'pass');
    expect((await push(worker, tenantId, 'run-new', dryrun)).status).toBe(204);
    expect(await backends.ledger(tenantId)).toMatchObject([{ run_id: 'run-new', status: 'COMPLETED' }]);
    expect((await backends.usage(tenantId)).slots).toEqual([]);
  });

  it('is dropped if the tenant was deleted meanwhile', async () => {
    await backends.onboard('gone_meanwhile');
    await backends.hold('gone_meanwhile', ['run-gone']);
    proxy.treat(async ({ path }): Promise<'pass'> => {
      if (path.includes('/tables/pipeline_runs/insertAll'))
        await backends.client
          .dataset('gone_meanwhile')
          .delete({ force: true })
          .catch(() => undefined);
      return 'pass';
    });
    expect((await push(worker, 'gone_meanwhile', 'run-gone', dryrun)).status).toBe(204);
    expect(worker.lines).toContainEqual(
      expect.objectContaining({ message: 'A tenant was deleted under its run, and the run with it' }),
    );
  });
});
