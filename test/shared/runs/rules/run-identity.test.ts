import fc from 'fast-check';
import {
  allDays,
  daysOfRuns,
  idempotencyKeySchema,
  runIdOfKey,
  runIdSchema,
  runMessageSchema,
  timedRunId,
} from '../../../../shared/runs/rules/run-identity';

describe('An idempotency key', () => {
  it.each([
    ['a UUID', '0b6a7d1e-3a0c-4f57-8a3f-4b8a4f7f2c11'],
    ['a string as structured fields have it', '"8e03978e-40d5-43dd-bc93-6894a57f9324"'],
    ['one character', 'x'],
    ['255 characters', 'x'.repeat(255)],
    ['what looks like SQL', "x';DROP/**/TABLE/**/tenants;--"],
  ])('may be %s', (_what, key) => {
    expect(idempotencyKeySchema.parse(key)).toBe(key);
  });

  it.each([
    ['empty', ''],
    ['too long', 'x'.repeat(256)],
    ['with a space', 'a b'],
    ['with a tab', 'a\tb'],
    ['with a line feed', 'a\nb'],
    ['with a trailing line feed', 'a\n'],
    ['with a NUL', 'a\0b'],
    ['beyond ASCII', 'schlüssel'],
  ])('may not be %s', (_what, key) => {
    expect(idempotencyKeySchema.safeParse(key)).toMatchObject({ success: false });
  });
});

describe('The run id that a key stands for', () => {
  it('never changes', () => {
    // If the rule changed, repeats of earlier requests would start new runs.
    expect(runIdOfKey('acme', 'order-1')).toBe(runIdOfKey('acme', 'order-1'));
    expect(runIdOfKey('acme', 'order-1')).toBe('ed4f79e6-2b91-8c26-ac30-e62c9e296aeb');
  });

  it('is a UUID of version 8', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (key) => {
        expect(runIdOfKey('acme', key)).toMatch(
          /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/,
        );
      }),
    );
  });

  it('fits into a message', () => {
    const message = { tenant_id: 'acme', run_id: runIdOfKey('acme', 'k'), pipeline: 'a/b/c' };
    expect(runMessageSchema.safeParse(message).success).toBe(true);
  });

  it('differs for another tenant or another key', () => {
    const ids = [
      runIdOfKey('acme', 'key'),
      runIdOfKey('acme', 'Key'),
      runIdOfKey('acme', '"key"'),
      runIdOfKey('acmf', 'key'),
      // It matters where the tenant ends and the key begins.
      runIdOfKey('acmek', 'ey'),
      runIdOfKey('acm', 'ekey'),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('The id of a run without a key', () => {
  const random = '0b6a7d1e-3a0c-4f57-8a3f-4b8a4f7f2c11';
  const moments = fc.date({ min: new Date(0), max: new Date('9000-01-01'), noInvalidDate: true });

  it('is a UUID of version 7, whose order is that of time', () => {
    expect(timedRunId(random, new Date('2026-11-30T12:00:00Z'))).toBe('01a22c53-8200-7f57-8a3f-4b8a4f7f2c11');
    fc.assert(
      fc.property(fc.uuid({ version: 4 }), moments, moments, (uuid, one, other) => {
        const [first, second] = [timedRunId(uuid, one), timedRunId(uuid, other)];
        expect(runIdSchema.safeParse(first).success).toBe(true);
        expect(first < second).toBe(one < other);
      }),
    );
  });

  it('says in which days its run was admitted, and its steps were recorded, whatever clocks differ', () => {
    fc.assert(
      fc.property(fc.array(moments, { minLength: 1, maxLength: 5 }), (times) => {
        const { admitted_from, admitted_to, recorded_to } = daysOfRuns(
          times.map((time) => timedRunId(random, time)),
        );
        for (const time of times) {
          expect(+admitted_from).toBeLessThanOrEqual(+time - 86_400_000);
          expect(+admitted_to).toBeGreaterThan(+time + 86_400_000);
          expect(+recorded_to).toBeGreaterThan(+time + 10 * 86_400_000);
        }
      }),
    );
    const { admitted_from, admitted_to } = daysOfRuns([timedRunId(random, new Date('2026-11-30T12:00:00Z'))]);
    expect(+admitted_to - +admitted_from).toBe(4 * 86_400_000);
  });

  it.each([
    ['of a version before', [random]],
    ['of a key', [runIdOfKey('acme', 'order-1')]],
    ['of a key, beside another', [timedRunId(random, new Date()), runIdOfKey('acme', 'order-1')]],
    ['beyond all days', ['ffffffff-ffff-7fff-bfff-ffffffffffff']],
    ['of no form', ['run-1', '']],
    ['of none at all', []],
  ])('may say nothing: one %s', (_, ids) => {
    expect(daysOfRuns(ids)).toBe(allDays);
  });

  it('stays as it is where it is no UUID, or the clock knows no such time', () => {
    expect(timedRunId('id-7', new Date())).toBe('id-7');
    expect(timedRunId(random, new Date(-1))).toBe(random);
    expect(timedRunId(random, new Date(Number.NaN))).toBe(random);
  });
});
