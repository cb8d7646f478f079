import { isTurnOf } from '../../functions/reconcile/announce-expiries';
import { eventSchemas, type TenantEvent } from '../../shared/definitions/schemas/event-schemas';
import type { PublishTenantEvents } from '../../shared/google/pubsub/publish-tenant-events';
import { settleRuns } from '../../shared/sql/runs/settle-runs';
import { call, query } from '../support/local-cloud';
import type { Backends } from './support/backends';
import { type Instance, push, startReconcileInstance, startWorkerInstance } from './support/instances';

/** Tries the events of thresholds and of keys that expire, over backends that are there. */
export const describeQuotaEvents = (backendsOf: () => Backends): void =>
  describe('of quotas and keys', () => {
    const published: TenantEvent[] = [];
    const publishEvents: PublishTenantEvents = async (events) => {
      published.push(...events);
    };
    let worker: Instance;
    let reconcile: Instance;
    /** What reconcile takes for the time, where it is not in ten minutes. */
    let at: Date | undefined;
    beforeAll(async () => {
      const bigqueryUrl = backendsOf().bigquery.url;
      worker = await startWorkerInstance({ bigqueryUrl, publishEvents });
      const now = () => at ?? new Date(Date.now() + 600_000);
      reconcile = await startReconcileInstance({ bigqueryUrl, publishEvents, now });
    });
    afterAll(async () => {
      await worker.close();
      await reconcile.close();
    });
    beforeEach(() => {
      published.length = 0;
      at = undefined;
    });
    const tick = () => call(reconcile.url, 'POST', '/');
    const told = (tenantId: string) =>
      published.flatMap((event) =>
        event.type === 'quota.threshold' && event.subject === tenantId
          ? [eventSchemas['quota.threshold'].strict().parse(event).data]
          : [],
      );

    it('come once for each share: from the run that reached it, before it is executed', async () => {
      await backendsOf().onboard('reaching', { max_pipelines_per_month: 5 });
      const ids = ['run-1', 'run-2', 'run-3', 'run-4', 'run-5'];
      await backendsOf().hold('reaching', ids);
      await push(worker, 'reaching', 'run-1');
      expect(told('reaching')).toEqual([]);
      published.length = 0;
      await push(worker, 'reaching', 'run-4');
      expect(published.map(({ type }) => type)).toEqual(['quota.threshold', 'run.settled']);
      // Its message comes again, and that of the last run never comes.
      await push(worker, 'reaching', 'run-4');
      expect(told('reaching')).toMatchObject([
        { quota: 'monthly', percent: 80, used: 4, limit: 5, run_id: 'run-4' },
      ]);
      await tick();
      await tick();
      expect(told('reaching').slice(1)).toMatchObject([{ percent: 100, used: 5, run_id: 'run-5' }]);
    });

    it('come for bytes when those are counted', async () => {
      await backendsOf().onboard('billed', { max_bytes_billed_per_month: 100 });
      await backendsOf().hold('billed', ['run-1', 'run-2']);
      const life = await query(backendsOf().client, 'billed', 'SELECT onboarding_id FROM tenants');
      const now = new Date();
      const outcome = { status: 'COMPLETED', error_code: null, error_message: null, failed_step: null };
      const asRead = { handed_on_at: null, only_if_queued: false };
      const counts = { duration_ms: 1, rows_written: 1, bytes_processed: 1, watermark: null };
      await backendsOf().runStatement('billed', settleRuns, {
        tenant_id: 'billed',
        onboarding_id: String(life[0]?.onboarding_id),
        now,
        outcomes: [10, 80].map((bytes_billed, index) => ({
          run_id: `run-${index + 1}`,
          ...outcome,
          ...asRead,
          ...counts,
          bytes_billed,
          started_at: now,
          ended_at: now,
          recorded_at: now,
        })),
      });
      await tick();
      await tick();
      expect(told('billed')).toMatchObject([
        { quota: 'bytes', percent: 80, used: 90, limit: 100, run_id: 'run-2' },
      ]);
    });

    it('come for keys that expire, once for each number of days', async () => {
      await backendsOf().onboard('expiring', {});
      const expiresAt = new Date(Date.now() + 60 * 86_400_000);
      await query(
        backendsOf().client,
        'expiring',
        `UPDATE api_keys SET expires_at = TIMESTAMP '${expiresAt.toISOString()}' WHERE TRUE`,
      );
      /** The time of the call that looks at this tenant's keys, after this time. */
      const turnAfter = (time: number): Date => {
        const turn = new Date(time);
        return isTurnOf('expiring', turn, 300_000) ? turn : turnAfter(time + 300_000);
      };
      for (const daysBefore of [7.5, 6.5, 5.5, 0.9, 0.5]) {
        at = turnAfter(expiresAt.getTime() - daysBefore * 86_400_000);
        await tick();
      }
      const events = published.flatMap((event) => (event.type === 'api_key.expiring' ? [event] : []));
      expect(
        events.map((event) => eventSchemas['api_key.expiring'].strict().parse(event).data),
      ).toMatchObject([
        { days: 7, name: 'onboarding', expires_at: expiresAt.toISOString() },
        { days: 1, name: 'onboarding', expires_at: expiresAt.toISOString() },
      ]);
    });

    it('hold up no run where they cannot be published, and come from reconcile', async () => {
      await backendsOf().onboard('untold', { max_pipelines_per_month: 1 });
      await backendsOf().hold('untold', ['run-1']);
      const { lines, url, close } = await startWorkerInstance({
        bigqueryUrl: backendsOf().bigquery.url,
        publishEvents: async (events) => {
          throw new Error(`${events.length} events meet no topic`);
        },
        settling: { appendMs: 1 },
      });
      try {
        expect((await push({ url }, 'untold', 'run-1')).status).toBe(204);
      } finally {
        await close();
      }
      expect(lines).toContainEqual(expect.objectContaining({ severity: 'WARNING', tenant_id: 'untold' }));
      expect(await backendsOf().ledger('untold')).toEqual([]);
      await tick();
      expect(published.map(({ type, subject }) => `${type} ${subject}`).sort()).toEqual([
        'quota.threshold untold',
        'quota.threshold untold',
        'run.settled untold',
      ]);
      expect(await backendsOf().ledger('untold')).toMatchObject([{ status: 'COMPLETED' }]);
    });
  });
