import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { actionText, auditQueryOf, differencesOf, knownActions } from '../../../console/audit/audit-entries';

describe('What an entry of the audit tells', () => {
  it('is from what to what, without what stayed the same', () => {
    const before = {
      subscription_tier: 'FREE',
      max_pipelines_per_month: 100,
      max_bytes_billed_per_month: null,
    };
    const after = {
      subscription_tier: 'FREE',
      max_pipelines_per_month: 2000,
      max_bytes_billed_per_month: 1024 ** 3,
    };
    expect(differencesOf({ before, after })).toEqual([
      { name: 'max_pipelines_per_month', from: '100', to: '2,000' },
      { name: 'max_bytes_billed_per_month', from: 'unlimited', to: '1 GiB' },
    ]);
  });

  it('is, of what was made, what it was made with', () => {
    const after = {
      name: 'ci',
      scopes: ['run', 'read'],
      pipelines: [],
      expires_at: '2026-12-04T20:08:59.060Z',
      force_recreate_tables: false,
      description: null,
      max_concurrent_pipelines: null,
    };
    expect(differencesOf({ before: null, after })).toEqual([
      { name: 'name', from: undefined, to: 'ci' },
      { name: 'scopes', from: undefined, to: 'run, read' },
      { name: 'expires_at', from: undefined, to: '2026-12-04 20:08:59 UTC' },
      { name: 'max_concurrent_pipelines', from: undefined, to: 'unlimited' },
    ]);
  });

  it('is, of what is gone, what it was', () => {
    expect(differencesOf({ before: { is_valid: true }, after: null })).toEqual([
      { name: 'is_valid', from: 'yes', to: undefined },
    ]);
  });

  it('is nothing where nothing is told', () => {
    expect(differencesOf({ before: null, after: null })).toEqual([]);
  });

  it('is told for calls that there are', () => {
    const document = readFileSync(join(__dirname, '../../../schemas/openapi.json'), 'utf8');
    expect(
      knownActions(undefined).filter((action) => !document.includes(`"operationId": "${action}"`)),
    ).toEqual([]);
    expect(knownActions('toCome')).toContain('toCome');
    expect([actionText('changeQuotas'), actionText('toCome')]).toEqual(['Changed tier or quotas', 'toCome']);
  });
});

describe('What the address says of the audit', () => {
  it('has days, both included', () => {
    expect(
      auditQueryOf({ from: '2026-11-01', to: '2026-12-31', action: 'makeApiKey', actor: 'ops' }),
    ).toEqual({
      action: 'makeApiKey',
      actor: 'ops',
      from: '2026-11-01',
      to: '2027-01-01',
    });
  });

  it('counts as not said where it is no day', () => {
    expect(auditQueryOf({ from: 'yesterday', to: '' })).toEqual({});
  });
});
