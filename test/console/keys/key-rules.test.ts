import { endsSoon, keyName, keyRequestOf, keyStateOf } from '../../../console/keys/key-rules';

const now = Date.parse('2026-11-30T12:00:00Z');
const inDays = (days: number) => new Date(now + days * 86_400_000).toISOString();

describe('How a key stands', () => {
  it.each([
    ['without an end', null, null, 'active', false],
    ['that ends in a month', null, inDays(30), 'active', false],
    ['that ends in a day', null, inDays(1), 'active', true],
    ['that has ended', null, inDays(-1), 'expired', false],
    ['that was revoked', inDays(-1), inDays(1), 'revoked', false],
    ['that is being replaced', inDays(1), null, 'active', false],
  ])('%s', (_, revoked_at, expires_at, state, isSoon) => {
    expect(keyStateOf({ revoked_at, expires_at }, now)).toBe(state);
    expect(endsSoon({ revoked_at, expires_at }, now)).toBe(isSoon);
  });

  it('is told by its name, or by what there is', () => {
    const key = { api_key_id: 'id-1', last_four: 'qcto', name: 'nightly' };
    expect(keyName(key)).toBe('nightly');
    expect(keyName({ ...key, name: null })).toBe('the key that ends in qcto');
    expect(keyName({ ...key, name: null, last_four: null })).toBe('id-1');
  });
});

describe('What is sent to make a key', () => {
  const form = { name: '', scopes: ['read'], pipelines: '', lifetimeDays: '' } as const;

  it('leaves out what was left empty', () => {
    expect(keyRequestOf(form, now)).toEqual({ scopes: ['read'] });
  });

  it('has its pipelines and its end', () => {
    const full = {
      ...form,
      name: ' ci ',
      pipelines: 'gcp/billing/*\n focus/billing/costs,',
      lifetimeDays: '30',
    };
    expect(keyRequestOf(full, now)).toEqual({
      name: 'ci',
      scopes: ['read'],
      pipelines: ['gcp/billing/*', 'focus/billing/costs'],
      expires_at: inDays(30),
    });
  });
});
