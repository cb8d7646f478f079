import { workerRoutes } from '../../../functions/worker/handler';
import { systemClock } from '../../../shared/support/clock';
import { dryrun } from '../support/backends';
import { push } from '../support/instances';
import { collectingLog, serve } from '../support/serve';

/** Alerts match a log line's `event`, so these names are an interface. */
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
    hasBegun: fail,
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
