import { operationIdOfKey, operationIdSchema } from '../../../../shared/operations/rules/operation-identity';
import { auditedFilter } from '../../../../shared/operations/shown-operation';

describe('The operation that an Idempotency-Key stands for', () => {
  it('is another for another kind, tenant, life of a tenant and key', () => {
    const given: readonly Parameters<typeof operationIdOfKey>[] = [
      ['backfill', 'acme', 'life-1', 'key'],
      ['bulk-rerun', 'acme', 'life-1', 'key'],
      ['backfill', 'other', 'life-1', 'key'],
      ['backfill', 'acme', 'life-2', 'key'],
      ['backfill', 'acme', null, 'key'],
      ['backfill', 'acme', 'life-1', 'another'],
    ];
    const ids = new Set(given.map((each) => operationIdOfKey(...each)));
    expect(ids.size).toBe(given.length);
    for (const id of ids) expect(operationIdSchema.safeParse(id).success).toBe(true);
  });

  it('is told to the audit log without what its runs are given', () => {
    const filter = {
      pipeline: 'a/b/c',
      parameters: { secret: 1 },
      watermark: null,
      asked_by: { key_id: 'k' },
    };
    expect(JSON.parse(auditedFilter(JSON.stringify(filter)))).toEqual({ pipeline: 'a/b/c' });
  });
});
