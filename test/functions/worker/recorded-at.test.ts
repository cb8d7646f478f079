import { call, query } from '../../support/local-cloud';
import { type Backends, dryrun, startBackends } from '../support/backends';
import { type Instance, push, startReconcileInstance, startWorkerInstance } from '../support/instances';
import { type BigQueryProxy, startProxy, type Treatment } from '../support/proxy';

describe('A ledger row that is written only at the second attempt', () => {
  let backends: Backends;
  let proxy: BigQueryProxy;
  let refusedAt: number | undefined;
  beforeAll(async () => {
    backends = await startBackends();
    proxy = await startProxy(backends.bigquery.url);
    proxy.treat(async ({ path }): Promise<Treatment> => {
      if (refusedAt !== undefined || !path.includes('/pipeline_runs/insertAll')) return 'pass';
      refusedAt = Date.now();
      return {
        status: 503,
        body: { error: { code: 503, message: 'no', errors: [{ reason: 'backendError' }] } },
      };
    });
  });
  beforeEach(() => {
    refusedAt = undefined;
  });
  afterAll(async () => {
    await proxy?.close();
    await backends?.close();
  });

  const recordedAt = async (tenantId: string) => {
    const sql = 'SELECT UNIX_MILLIS(recorded_at) AS recorded_ms FROM pipeline_runs';
    const [row] = await query(backends.client, tenantId, sql);
    return Number(row?.recorded_ms);
  };
  const served = async (instance: Instance, work: () => Promise<unknown>) => {
    try {
      return await work();
    } finally {
      await instance.close();
    }
  };

  // Whoever read the ledger in between, for example to cancel the run, told what was first then.
  it('carries the time of that attempt: the worker’s', async () => {
    await backends.onboard('worked_on');
    await backends.hold('worked_on', ['run-1']);
    const worker = await startWorkerInstance({ bigqueryUrl: proxy.url });
    const answer = await served(worker, () => push(worker, 'worked_on', 'run-1', dryrun));
    expect(answer).toMatchObject({ status: 204 });
    expect(await recordedAt('worked_on')).toBeGreaterThanOrEqual(refusedAt ?? Number.POSITIVE_INFINITY);
  });

  it('carries the time of that attempt: reconcile’s', async () => {
    await backends.onboard('expired');
    await backends.hold('expired', ['run-1'], { lease_seconds: -1 });
    const reconcile = await startReconcileInstance({ bigqueryUrl: proxy.url });
    const answer = await served(reconcile, () => call(reconcile.url, 'POST', '/'));
    expect(answer).toMatchObject({ status: 200, body: { expired: 1 } });
    expect(await recordedAt('expired')).toBeGreaterThanOrEqual(refusedAt ?? Number.POSITIVE_INFINITY);
  });
});
