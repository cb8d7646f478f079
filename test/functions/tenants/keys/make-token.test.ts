import { makeToken, tokenRequestSchema } from '../../../../functions/tenants/keys/make-token';
import { type KeyScope, scopes } from '../../../../shared/tenants/rules/scopes';
import { createTokens } from '../../../../shared/tenants/rules/tokens';

const deps = {
  tokens: createTokens(['a secret of thirty-two characters']),
  now: () => new Date('2026-11-30T12:00:00Z'),
};
const tokenOf = (ofKey: readonly KeyScope[], body: unknown) => {
  const key = { tenantId: 'acme', keyId: 'key-1', scopes: ofKey, pipelines: [], expiresAt: Infinity };
  return makeToken(key, tokenRequestSchema.parse(body), deps);
};

describe('The scopes of a token', () => {
  it('are run and read, as far as its key has them, unless others are named', () => {
    expect(tokenOf(scopes, {}).scopes).toEqual(['run', 'read']);
    expect(tokenOf(['read', 'results'], {}).scopes).toEqual(['read']);
    expect(tokenOf(scopes, { scopes: ['results', 'read'] }).scopes).toEqual(['read', 'results']);
  });

  it.each<[readonly KeyScope[], unknown, KeyScope]>([
    [['run', 'read'], { scopes: ['results'] }, 'results'],
    [['results'], {}, 'run'],
  ])('%j make no token with %j', (ofKey, body, required_scope) => {
    expect(() => tokenOf(ofKey, body)).toThrow(
      expect.objectContaining({ code: 'insufficient_scope', members: { required_scope } }),
    );
  });
});
