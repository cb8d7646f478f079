import {
  endsSoon,
  isUsedOfLate,
  keyName,
  keyRequestOf,
  keyStateOf,
  type ListedKey,
  replacementOf,
} from '../../../console/keys/key-rules';

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

describe('A key that was rotated', () => {
  const old: ListedKey = {
    api_key_id: 'old',
    last_four: 'qcto',
    name: 'nightly',
    scopes: ['run', 'read'],
    pipelines: [],
    created_at: inDays(-30),
    created_by: 'admin',
    expires_at: inDays(1),
    last_used_at: null,
    revoked_at: null,
    replaces: null,
    replaced_by: 'next',
  };
  const next: ListedKey = {
    ...old,
    api_key_id: 'next',
    replaces: 'old',
    replaced_by: null,
    last_four: 'BP3N',
    created_at: inDays(0),
    expires_at: null,
  };

  it('is replaced by the one that names it', () => {
    expect(replacementOf(old, [old, next], now)).toBe(next);
    expect(replacementOf(next, [old, next], now)).toBeUndefined();
  });

  it('is offered to rotate again where what replaces it works no more, or is not there', () => {
    expect(replacementOf(old, [old, { ...next, revoked_at: inDays(-1) }], now)).toBeUndefined();
    expect(replacementOf(old, [old, { ...next, expires_at: inDays(-1) }], now)).toBeUndefined();
    expect(replacementOf(old, [old], now)).toBeUndefined();
  });
});

describe('A key’s last use', () => {
  it.each([
    [null, false],
    ['2026-11-30T12:00:00Z', true],
    ['2026-11-30T11:00:01Z', true],
    ['2026-11-30T11:00:00Z', false],
  ])('noted as of %p is of late: %p', (last_used_at, isLate) => {
    expect(isUsedOfLate({ last_used_at }, now)).toBe(isLate);
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
