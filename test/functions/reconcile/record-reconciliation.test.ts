import { reconcileRoutes } from '../../../functions/reconcile/handler';
import {
  createRecordReconciliation,
  type Reconciliation,
} from '../../../functions/reconcile/record-reconciliation';
import { systemClock } from '../../../shared/support/clock';
import { collectingLog } from '../support/serve';

describe('What reconcile has found', () => {
  afterEach(() => jest.useRealTimers());

  it('holds nobody up where it cannot be written down', async () => {
    jest.useFakeTimers();
    const { lines, log } = collectingLog();
    const record = createRecordReconciliation({
      append: () => new Promise(() => undefined),
      newId: () => 'id',
      now: () => new Date(0),
      log,
    });
    const recorded = record({ tenants: 1, failed: 0, repaired: [] });
    await jest.advanceTimersByTimeAsync(5_000);
    await recorded;
    expect(lines).toMatchObject([{ severity: 'WARNING' }]);
  });

  it('counts tenants that could not be reconciled apart from those that it has looked at', async () => {
    const unused = async () => {
      throw new Error('This is not called');
    };
    const found: Reconciliation[] = [];
    const { log } = collectingLog();
    const [route] = reconcileRoutes({
      listTenants: async function* () {
        yield ['broken', 'half_way', 'gone'];
      },
      readTenantState: async (tenantId) => {
        if (tenantId === 'broken') throw new Error('Access Denied');
        return undefined;
      },
      recordReconciliation: async (one) => void found.push(one),
      clock: systemClock,
      now: systemClock.now,
      log,
      rule: { startGraceMs: 0, intervalMs: 300_000, appendGraceMs: 0 },
      runStatement: unused,
      publishRun: unused,
      settle: unused,
      handOnSlots: unused,
      openJobs: unused,
      findPipeline: () => undefined,
      announceAlerts: unused,
      readKeyExpiries: unused,
      publishEvents: unused,
      recordOutcomes: unused,
      recordInAllRuns: unused,
      dropSettledRuns: unused,
    });
    const request = {
      method: 'POST',
      path: '/',
      params: {},
      query: new URLSearchParams(),
      header: () => undefined,
      address: '',
      recognise: () => undefined,
      json: async () => undefined,
    };
    await expect(route?.handle(request)).rejects.toMatchObject({ code: 'unavailable' });
    expect(found).toEqual([{ tenants: 2, failed: 1, repaired: [] }]);
  });
});
