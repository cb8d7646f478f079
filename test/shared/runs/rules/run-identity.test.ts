import fc from 'fast-check';
import {
  idempotencyKeySchema,
  runIdOfKey,
  runMessageSchema,
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
