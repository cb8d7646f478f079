import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { createApiKey, hashApiKey, tenantOfApiKey } from '../../../../shared/tenants/rules/api-key';

const tenantIds = fc.stringMatching(/^[a-zA-Z0-9_]{3,50}$/);

describe('API keys', () => {
  it('name their tenant, whatever the tenant is called', () => {
    fc.assert(
      fc.property(tenantIds, (tenantId) => {
        expect(tenantOfApiKey(createApiKey(tenantId))).toBe(tenantId);
      }),
    );
  });

  it('of a tenant whose name holds the separator belong to that tenant', () => {
    expect(tenantOfApiKey(createApiKey('acme_api_test_api_'))).toBe('acme_api_test_api_');
  });

  it('have a secret of at least 128 bits in base62 and a checksum of 6', () => {
    const key = createApiKey('acme');
    expect(key).toMatch(/^acme_api_[0-9A-Za-z]{30}$/);
    expect(24 * Math.log2(62)).toBeGreaterThanOrEqual(128);
  });

  it('are different each time', () => {
    expect(new Set(Array.from({ length: 1000 }, () => createApiKey('acme'))).size).toBe(1000);
  });

  it('draw every character alike: bytes past the last multiple of 62 are thrown away', () => {
    const drawn = [248, 255, 0, 61, 62, 247];
    const key = createApiKey('acme', (size) =>
      Uint8Array.from({ length: size }, (_, index) => drawn[index % 6] ?? 0),
    );
    expect(key.slice('acme_api_'.length, -6)).toMatch(/^0z0z/);
  });

  it('are refused when a single character is changed', () => {
    const key = createApiKey('acme');
    for (let place = 0; place < key.length; place++) {
      const changed = `${key.slice(0, place)}${key[place] === 'x' ? 'y' : 'x'}${key.slice(place + 1)}`;
      expect([changed, tenantOfApiKey(changed)]).toEqual([changed, undefined]);
    }
  });

  it.each([
    ['nothing', ''],
    ['a word', 'secret'],
    ['no tenant', '_api_0123456789abcdefghijklmnopqrst'],
    ['no secret', 'acme_api_'],
    ['a tenant with a slash', createApiKey('acme').replace('acme', 'a/me')],
    ['white space behind it', `${createApiKey('acme')} `],
    ['another script', 'acme_api_ä123456789abcdefghijklmnopqrs'],
    ['a very long text', 'a'.repeat(100_000)],
  ])('are refused as %s', (_, key) => {
    expect(tenantOfApiKey(key)).toBeUndefined();
  });

  it('are stored as SHA-256', () => {
    const key = createApiKey('acme');
    expect(hashApiKey(key)).toBe(createHash('sha256').update(key).digest('hex'));
  });
});
