import { createReadOverview } from '../../../../functions/tenants/overview/read-overview';
import { collectingLog } from '../../support/serve';
import { unlimitedTenant } from './unlimited-tenant';

/** A clock by hand; what cannot be read; and what was asked. */
function world(tenantIds: readonly string[]) {
  const broken = new Set<string>();
  let nowMs = 0;
  const asked: string[] = [];
  const { lines, log } = collectingLog();
  const readOverview = createReadOverview({
    listTenantPage: async () => ({ tenantIds: [...tenantIds], nextPageToken: undefined }),
    readAdmissionState: async (tenantId) => {
      asked.push('row');
      if (broken.has(tenantId)) throw new Error('unreadable');
      return { ...unlimitedTenant, queued: 1 };
    },
    runStatement: async (_, statement) => {
      asked.push(statement.name);
      return { rows: [], affectedRows: 0, location: 'US' };
    },
    controlDataset: 'control',
    clock: { now: () => new Date('2026-11-30T12:00:00Z'), monotonicMs: () => nowMs },
    log,
  });
  const askedAfter = async (ms: number) => {
    nowMs += ms;
    asked.length = 0;
    await readOverview();
    return asked.toSorted();
  };
  return { broken, lines, readOverview, askedAfter };
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

  it('looks again at once where there is no tenant yet', async () => {
    const tenantIds: string[] = [];
    const { readOverview } = world(tenantIds);
    expect((await readOverview()).tenants.read).toBe(0);
    tenantIds.push('first');
    expect((await readOverview()).tenants.read).toBe(1);
  });
});
