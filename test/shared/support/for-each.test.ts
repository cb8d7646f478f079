import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { forEachBounded, forEachTenant } from '../../../shared/support/for-each';
import { createJumpingClock, hours } from '../../support/jumping-clock';

interface Line {
  readonly severity: string;
  readonly fields: unknown;
}

const pages = (...given: readonly (readonly string[])[]) =>
  async function* () {
    yield* given;
  };

describe('For each, bounded', () => {
  it('does the work once for each item, in order, and no more at once than the limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 7 }),
        async (turns, limit) => {
          const begun: number[] = [];
          let underWay = 0;
          let most = 0;
          await forEachBounded(turns.keys(), limit, async (index) => {
            begun.push(index);
            underWay += 1;
            most = Math.max(most, underWay);
            for (let count = 0; count < (turns[index] ?? 0); count++) await turn();
            underWay -= 1;
          });
          expect(begun).toEqual([...turns.keys()]);
          expect(underWay).toBe(0);
          expect(most).toBe(Math.min(limit, turns.length));
        },
      ),
    );
  });

  it('rejects with the first error after the other lanes have done the rest', async () => {
    const ended: string[] = [];
    const work = forEachBounded(['fails', 'is slow', 'comes last'], 2, async (item) => {
      if (item === 'fails') throw new Error('the first error');
      for (let count = 0; count < 5; count++) await turn();
      ended.push(item);
    });
    await expect(work).rejects.toThrow('the first error');
    expect(ended).toEqual(['is slow', 'comes last']);
  });

  it('ends at once if there is nothing to do', async () => {
    await expect(
      forEachBounded([], 3, () => Promise.reject(new Error('unreached'))),
    ).resolves.toBeUndefined();
  });
});

describe('For each tenant', () => {
  const logged: Line[] = [];
  beforeEach(() => {
    logged.length = 0;
  });
  const tenants = {
    clock: createJumpingClock(),
    log: (severity: string, _message: string, fields: unknown) => {
      logged.push({ severity, fields });
    },
    concurrency: 2,
    timeBudgetMs: 1_000,
  };

  it('works on every tenant of every page, empty ones included', async () => {
    const worked: string[] = [];
    const listTenants = pages(['one', 'two', 'three'], [], ['four']);
    const summary = await forEachTenant({ ...tenants, listTenants }, async (tenantId) => {
      worked.push(tenantId);
    });
    expect(worked.toSorted()).toEqual(['four', 'one', 'three', 'two']);
    expect(summary).toEqual({ tenants: 4, failed: 0, left_over: 0 });
    expect(logged).toEqual([]);
  });

  it('counts a tenant’s failure, logs it with the tenant’s id, and goes on with the others', async () => {
    const worked: string[] = [];
    const listTenants = pages(['one', 'two'], ['three']);
    const error = new Error('no');
    const summary = await forEachTenant({ ...tenants, listTenants }, async (tenantId) => {
      if (tenantId === 'one') throw error;
      worked.push(tenantId);
    });
    expect(worked).toEqual(['two', 'three']);
    expect(summary).toEqual({ tenants: 3, failed: 1, left_over: 0 });
    expect(logged).toEqual([
      { severity: 'ERROR', fields: { event: 'tenant_work_failed', tenant_id: 'one', error } },
    ]);
  });

  it('begins no tenant after its time is up, and says how many are left', async () => {
    const worked: string[] = [];
    const clock = createJumpingClock();
    const listTenants = pages(['one', 'two'], ['three', 'four']);
    const summary = await forEachTenant(
      { ...tenants, listTenants, concurrency: 1, clock },
      async (tenantId) => {
        worked.push(tenantId);
        clock.pass(501);
        // The time of day says nothing about how long it has worked.
        clock.jump(hours(worked.length % 2 === 0 ? 2 : -2));
      },
    );
    expect(worked).toHaveLength(2);
    expect(summary).toEqual({ tenants: 4, failed: 0, left_over: 2 });
  });

  it('throws if the tenants cannot be listed, after the pages before are done', async () => {
    const worked: string[] = [];
    const listTenants = async function* () {
      yield ['one'];
      throw new Error('the list broke');
    };
    const work = forEachTenant({ ...tenants, listTenants }, async (tenantId) => {
      worked.push(tenantId);
    });
    await expect(work).rejects.toThrow('the list broke');
    expect(worked).toEqual(['one']);
  });
});
