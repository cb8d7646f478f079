import { createTokens, type TokenClaims } from '../../../../shared/tenants/rules/tokens';

const now = new Date('2026-11-30T12:00:00Z');
const claims: TokenClaims = {
  tenantId: 'acme',
  keyId: 'key-1',
  scopes: ['run', 'read'],
  pipelines: ['gcp/billing/*'],
  runId: 'run-1',
  expiresAt: now.getTime() + 60_000,
};
const secret = 'a secret of thirty-two characters';
const previous = 'the secret that was in use before it';
const tokens = createTokens([secret, previous]);
const signed = (given: TokenClaims, by = [secret]) => createTokens(by).sign(given) ?? '';

describe('Tokens', () => {
  it('say what they were made for, until they end', () => {
    const token = signed(claims);
    expect(token).toMatch(/^tpt1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/);
    expect(tokens.check(token, now)).toEqual(claims);
    expect(tokens.check(token, new Date(claims.expiresAt - 1))).toEqual(claims);
    expect(tokens.check(token, new Date(claims.expiresAt))).toBeUndefined();
  });

  it('may be for all runs', () => {
    const { runId: _, ...ofAll } = claims;
    expect(tokens.check(signed(ofAll), now)).toEqual(ofAll);
  });

  it('of the secret before are accepted; of any other they are not', () => {
    expect(tokens.check(signed(claims, [previous]), now)).toEqual(claims);
    expect(createTokens([secret]).check(signed(claims, [previous]), now)).toBeUndefined();
    expect(createTokens([]).check(signed(claims), now)).toBeUndefined();
    expect(createTokens([]).sign(claims)).toBeUndefined();
  });

  it('are refused with any character changed, left out or added', () => {
    const token = signed(claims);
    for (let place = 0; place < token.length - 1; place++) {
      const other = token[place] === 'A' ? 'B' : 'A';
      for (const wrong of [
        token.slice(0, place) + other + token.slice(place + 1),
        token.slice(0, place) + token.slice(place + 1),
      ])
        expect(tokens.check(wrong, now)).toBeUndefined();
    }
    const [prefix, encoded, signature] = token.split('.');
    for (const wrong of [
      '',
      '.',
      '..',
      'tpt1',
      `${prefix}.${encoded}`,
      `${token}.${signature}`,
      `tpt2.${encoded}.${signature}`,
    ])
      expect(tokens.check(wrong, now)).toBeUndefined();
  });

  it('with claims of another version, or other texts that were signed, are refused', () => {
    const later = JSON.stringify({ tenant: 'acme', key: 'k', scopes: ['audit'], pipelines: [], until: 4e12 });
    const { createHmac }: typeof import('node:crypto') = require('node:crypto');
    const text = `tpt1.${Buffer.from(later).toString('base64url')}`;
    const signature = createHmac('sha256', secret).update(text).digest('base64url');
    expect(tokens.check(`${text}.${signature}`, now)).toBeUndefined();
  });
});
