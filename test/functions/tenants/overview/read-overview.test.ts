import { createReadOverview } from '../../../../functions/tenants/overview/read-overview';
import { createReadTenantRows } from '../../../../functions/tenants/overview/tenant-rows';
import { collectingLog } from '../../support/serve';
import { unlimitedTenant } from './unlimited-tenant';

/** A clock by hand; what cannot be read; and what was asked. */
function world(tenantIds: readonly string[], rowMs = 0) {
  const broken = new Set<string>();
  let nowMs = 0;
  const asked: string[] = [];
  const { lines, log } = collectingLog();
  const clock = { now: () => new Date('2026-11-30T12:00:00Z'), monotonicMs: () => nowMs };
  const tenantRows = createReadTenantRows({
    listTenantPage: async () => ({ tenantIds: [...tenantIds], nextPageToken: undefined }),
    readAdmissionState: async (tenantId) => {
      asked.push('row');
      if (broken.has(tenantId)) throw new Error('unreadable');
      nowMs += rowMs;
      return { ...unlimitedTenant, queued: 1 };
    },
    clock,
    log,
  });
  const readOverview = createReadOverview({
    tenantRows,
    runStatement: async (_, statement) => {
      asked.push(statement.name);
      return { rows: [], affectedRows: 0, location: 'US' };
    },
    controlDataset: 'control',
    clock,
  });
  const askedAfter = async (ms: number) => {
    nowMs += ms;
    asked.length = 0;
    await readOverview();
    return asked.toSorted();
  };
  const rowsAfter = async (ms: number) => {
    nowMs += ms;
    asked.length = 0;
    await tenantRows.newest();
    return asked.length;
  };
  return { broken, lines, readOverview, askedAfter, rowsAfter, tenantRows, asked };
}

describe('The overview', () => {
  it('is without tenants that cannot be read, and says how many', async () => {
    const { broken, lines, readOverview } = world(['acme', 'broken']);
    broken.add('broken');
    const { tenants, queued } = await readOverview();
    expect(tenants).toEqual({ active: 1, suspended: 0, read: 1, failed: 1, more: false });
    expect(queued).toBe(1);
    expect(lines).toMatchObject([{ severity: 'WARNING', failed_tenants: ['broken'] }]);
  });

  it('is unavailable where none can be read', async () => {
    const { broken, readOverview } = world(['broken']);
    broken.add('broken');
    await expect(readOverview()).rejects.toMatchObject({ code: 'unavailable' });
    broken.clear();
    expect((await readOverview()).tenants.read).toBe(1);
  });

  it('reads rows again after half a minute, counts after one, and how runs ended after five', async () => {
    const { askedAfter } = world(['acme']);
    const counts = ['count-dead-letters', 'count-refusals', 'list-reconciliations'];
    expect(await askedAfter(0)).toEqual([
      'count-dead-letters',
      'count-ended-runs',
      ...counts.slice(1),
      'row',
    ]);
    expect(await askedAfter(29_999)).toEqual([]);
    expect(await askedAfter(1)).toEqual(['row']);
    expect(await askedAfter(30_000)).toEqual([...counts, 'row']);
    expect(await askedAfter(240_000)).toContain('count-ended-runs');
  });

  it('shares its rows with the list of runs in flight, which wants newer ones', async () => {
    const { askedAfter, rowsAfter } = world(['acme', 'other']);
    await askedAfter(0);
    expect(await rowsAfter(4_999)).toBe(0);
    expect(await rowsAfter(1)).toBe(2);
    expect(await askedAfter(29_999)).not.toContain('row');
  });

  it('reads them the less often the longer that takes', async () => {
    const { rowsAfter } = world(['acme', 'other'], 1_500);
    expect(await rowsAfter(0)).toBe(2);
    // It took 3 s: so they are kept for 15 s from its beginning.
    expect(await rowsAfter(11_999)).toBe(0);
    expect(await rowsAfter(1)).toBe(2);
  });

  it('rests for half a minute where reading them takes longer than that', async () => {
    const { rowsAfter, askedAfter } = world(['acme', 'other'], 20_000);
    expect(await rowsAfter(0)).toBe(2);
    expect(await rowsAfter(29_999)).toBe(0);
    expect(await askedAfter(0)).not.toContain('row');
    expect(await rowsAfter(1)).toBe(2);
  });

  it('has the row of one tenant that is asked for, be it the last of many', async () => {
    const tenantIds = Array.from({ length: 501 }, (_, index) => `tenant_${index}`);
    const { tenantRows, asked } = world(tenantIds);
    const { tenants, isMore } = await tenantRows.ofTenant('tenant_500');
    expect(tenants.map(({ tenantId }) => tenantId)).toEqual(['tenant_500']);
    expect([isMore, asked.length]).toEqual([false, 1]);
  });

  it('looks again at once where there is no tenant yet', async () => {
    const tenantIds: string[] = [];
    const { readOverview } = world(tenantIds);
    expect((await readOverview()).tenants.read).toBe(0);
    tenantIds.push('first');
    expect((await readOverview()).tenants.read).toBe(1);
  });
});
