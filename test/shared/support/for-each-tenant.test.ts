import { forEachTenant } from '../../../shared/support/for-each-tenant';

interface Line {
  readonly severity: string;
  readonly fields: unknown;
}

const pages = (...given: readonly (readonly string[])[]) =>
  async function* () {
    yield* given;
  };

describe('For each tenant', () => {
  const logged: Line[] = [];
  beforeEach(() => {
    logged.length = 0;
  });
  const tenants = {
    now: () => 0,
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

  it('counts and logs a tenant’s failure with its id, and does the others', async () => {
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

  it('begins none past its time, and says how many are left', async () => {
    const worked: string[] = [];
    let time = 5_000;
    const listTenants = pages(['one', 'two'], ['three', 'four']);
    const summary = await forEachTenant(
      { ...tenants, listTenants, concurrency: 1, now: () => time },
      async (tenantId) => {
        worked.push(tenantId);
        time += 501;
      },
    );
    expect(worked).toHaveLength(2);
    expect(summary).toEqual({ tenants: 4, failed: 0, left_over: 2 });
  });

  it('throws where the tenants cannot be listed, when the page before is done', async () => {
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
