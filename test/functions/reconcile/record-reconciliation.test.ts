import { createRecordReconciliation } from '../../../functions/reconcile/record-reconciliation';
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
});
