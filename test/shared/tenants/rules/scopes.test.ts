import { accessOf } from '../../../../shared/http/access';
import {
  allowsPipeline,
  isWithin,
  keyPipelinesSchema,
  requirePipeline,
} from '../../../../shared/tenants/rules/key-pipelines';
import {
  type KeyScope,
  requireScope,
  scopes,
  scopesSchema,
  storedScopes,
} from '../../../../shared/tenants/rules/scopes';

describe('Scopes', () => {
  it.each<[given: unknown, expected: readonly KeyScope[]]>([
    [
      ['manage', 'run', 'run'],
      ['run', 'manage'],
    ],
    [
      ['results', 'read'],
      ['read', 'results'],
    ],
    // All that there were before `results`.
    [['manage', 'read', 'run'], scopes],
    ['full', scopes],
    ['operate', ['run', 'read']],
    ['observe', ['read']],
  ])('%j are taken as %j', (given, expected) => {
    expect(scopesSchema.parse(given)).toEqual(expected);
  });

  it.each([[[]], [['all']], ['everything'], ['constructor'], [null], [{ run: true }]])(
    '%j are refused, and what is expected is told',
    (given) => {
      expect(scopesSchema.safeParse(given).error?.issues[0]?.message).toBe(
        'expected some of run, read, results, manage, or one of full, operate, observe',
      );
    },
  );

  it('of a key without any are all; one of a later version is none that we know', () => {
    expect(storedScopes([])).toEqual(scopes);
    expect(storedScopes(['audit', 'read'])).toEqual(['read']);
    expect(storedScopes(['audit'])).toEqual([]);
  });

  it('of a key from before there was results are without it, unless they were all', () => {
    expect(storedScopes(['read'])).toEqual(['read']);
    expect(storedScopes(['run', 'read'])).toEqual(['run', 'read']);
    expect(storedScopes(['run', 'manage'])).toEqual(['run', 'manage']);
    expect(storedScopes(['run', 'read', 'manage'])).toEqual(scopes);
    expect(accessOf.listResults.scope).toBe('results');
    expect(accessOf.showResult.scope).toBe('results');
  });

  it('a missing one is refused by its name', () => {
    expect(() => requireScope(['run', 'read'], 'read')).not.toThrow();
    expect(() => requireScope(['run', 'read'], 'manage')).toThrow(
      expect.objectContaining({ code: 'insufficient_scope', members: { required_scope: 'manage' } }),
    );
    expect(() => requireScope([], 'read')).toThrow('has: none');
  });
});

describe('The pipelines of a key', () => {
  const allowed = ['gcp/billing/*', 'focus/billing/daily_costs'];
  it.each([
    ['gcp/billing/daily_costs', true],
    ['gcp/billing/*', true],
    ['focus/billing/daily_costs', true],
    ['focus/billing/daily_costs_parquet', false],
    ['focus/billing/*', false],
    ['gcp/billing_two/daily_costs', false],
    ['gcp/example/dryrun', false],
  ])('allow %s: %s', (pipeline, expected) => {
    expect(allowsPipeline(allowed, pipeline)).toBe(expected);
    expect(allowsPipeline([], pipeline)).toBe(true);
    if (expected) expect(() => requirePipeline(allowed, pipeline)).not.toThrow();
    else
      expect(() => requirePipeline(allowed, pipeline)).toThrow(
        expect.objectContaining({ code: 'pipeline_not_allowed' }),
      );
  });

  it('are within others where those allow each of them; all are only within all', () => {
    expect(isWithin(['gcp/billing/daily_costs', 'gcp/billing/*'], allowed)).toBe(true);
    expect(isWithin(['gcp/billing/*', 'gcp/example/dryrun'], allowed)).toBe(false);
    expect(isWithin([], allowed)).toBe(false);
    expect(isWithin([], [])).toBe(true);
    expect(isWithin(allowed, [])).toBe(true);
  });

  it.each(['*', '*/*/*', 'gcp/*', 'gcp/*/x', 'gcp/billing/a*', 'gcp/billing', 'GCP/billing/x', ''])(
    'cannot be %j',
    (pattern) => {
      expect(keyPipelinesSchema.safeParse([pattern]).success).toBe(false);
    },
  );
});
