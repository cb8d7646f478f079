import { workerRoutes } from '../../functions/worker/handler';
import { systemClock } from '../../shared/support/clock';
import { query } from '../support/local-cloud';
import { type Backends, dryrun, startBackends } from './support/backends';
import { push, startReconcileInstance } from './support/instances';
import { collectingLog, type Served, serve } from './support/serve';

/** Alerts match a log line's `event`, so these names are an interface. */
describe('Events that alerts wait for', () => {
  let backends: Backends;
  beforeAll(async () => {
    backends = await startBackends();
  });
  afterAll(() => backends?.close());

  it('dead_letter when the last delivery fails, delivery_failed when an earlier one does', async () => {
    const { log, lines } = collectingLog();
    const fail = () => Promise.reject(Object.assign(new Error('away'), { code: 503 }));
    const routes = workerRoutes({
      findRun: fail,
      announceAlerts: fail,
      findPipeline: () => undefined,
      execute: fail,
      settle: fail,
      publishRun: fail,
      claimHandOver: fail,
      handOverAfterMs: 1_000,
      holdsSlot: fail,
      watchEveryMs: 5_000,
      deliveryAttempts: 5,
      inPlace: (_run, work) => work(),
      clock: systemClock,
      log,
    });
    const worker = await serve(routes, log);
    try {
      for (const attempt of [undefined, 1, 4, 5, 6]) {
        expect((await push(worker, 'acme', 'run-1', dryrun, attempt)).status).toBe(503);
      }
      expect(lines.filter(({ event }) => event !== 'request')).toMatchObject([
        { severity: 'WARNING', event: 'delivery_failed', delivery_attempt: 1 },
        { severity: 'WARNING', event: 'delivery_failed', delivery_attempt: 1 },
        { severity: 'WARNING', event: 'delivery_failed', delivery_attempt: 4 },
        { severity: 'ERROR', event: 'dead_letter', delivery_attempt: 5, tenant_id: 'acme', run_id: 'run-1' },
        { severity: 'ERROR', event: 'dead_letter', delivery_attempt: 6 },
      ]);
    } finally {
      await worker.close();
    }
  });

  it('run_expired and invariant_repaired by reconcile', async () => {
    await backends.onboard('broken');
    await backends.hold('broken', ['run-1'], { lease_seconds: -1 });
    await query(backends.client, 'broken', 'UPDATE tenants SET pipeline_runs_count = 7 WHERE TRUE');
    const reconcile = await startReconcileInstance({ bigqueryUrl: backends.bigquery.url });
    try {
      await post(reconcile);
      expect(reconcile.lines.filter(({ event }) => event !== 'request')).toMatchObject([
        { severity: 'WARNING', event: 'run_expired', tenant_id: 'broken', run_id: 'run-1' },
        { severity: 'ERROR', event: 'invariant_repaired', tenant_id: 'broken' },
        { severity: 'INFO', message: 'Reconciled' },
      ]);
    } finally {
      await reconcile.close();
    }
  });
});

const post = ({ url }: Served) => fetch(url, { method: 'POST' });
