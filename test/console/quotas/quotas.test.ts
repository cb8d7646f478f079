import {
  choiceOfKind,
  choicesOf,
  choicesOfTier,
  chosenQuota,
  chosenQuotas,
  quotaText,
  wrongQuotas,
} from '../../../console/quotas/quotas';
import { tierOptions } from '../../../console/quotas/tiers';

const now = {
  max_pipelines_per_month: 100,
  max_concurrent_pipelines: null,
  max_bytes_billed_per_month: 1.5 * 1024 ** 3,
  max_queued_pipelines: 0,
};

describe('Quotas in a form', () => {
  it('send back just what the tenant has, when nothing is typed', () => {
    expect(chosenQuotas(choicesOf(now))).toEqual(now);
  });

  it('send nothing where all is as the tier says', () => {
    expect(chosenQuotas(choicesOfTier)).toEqual({});
    expect(wrongQuotas(choicesOfTier).size).toBe(0);
  });

  it('take bytes as GiB', () => {
    expect(chosenQuota('max_bytes_billed_per_month', { kind: 'own', text: '0.5' })).toBe(536_870_912);
  });

  it.each(['', 'many', '-1', '1.5', '1e30'])('do not take %p for a number of runs', (text) => {
    const wrong = wrongQuotas({ ...choicesOfTier, max_pipelines_per_month: { kind: 'own', text } });
    expect([...wrong.keys()]).toEqual(['max_pipelines_per_month']);
  });

  it('begin a number of its own with the tier’s, and keep what was typed', () => {
    const asTier = { kind: 'tier', text: '' } as const;
    expect(choiceOfKind('own', 'max_bytes_billed_per_month', asTier, 1024 ** 3).text).toBe('1');
    expect(choiceOfKind('own', 'max_pipelines_per_month', asTier, null).text).toBe('');
    expect(choiceOfKind('own', 'max_pipelines_per_month', { ...asTier, text: '7' }, 100).text).toBe('7');
  });

  it('take 0, which lets nothing start', () => {
    const choices = { ...choicesOfTier, max_concurrent_pipelines: { kind: 'own', text: '0' } } as const;
    expect(wrongQuotas(choices).size).toBe(0);
    expect(chosenQuotas(choices)).toEqual({ max_concurrent_pipelines: 0 });
  });

  it('are told with their units', () => {
    expect(quotaText('max_pipelines_per_month', 2_000)).toBe('2,000');
    expect(quotaText('max_bytes_billed_per_month', 1024 ** 3)).toBe('1 GiB');
    expect(quotaText('max_bytes_billed_per_month', null)).toBe('unlimited');
  });

  it('belong to the tiers that there are, and to the one that the tenant still has', () => {
    const tier = { ...now, tier: 'SMALL', alert_at_percent: [] };
    const names = (chosen?: string) => tierOptions([tier], chosen).map(({ value }) => value);
    expect([names(), names('SMALL'), names('OLD')]).toEqual([['SMALL'], ['SMALL'], ['SMALL', 'OLD']]);
  });
});
