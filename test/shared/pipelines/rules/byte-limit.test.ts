import {
  byteLimitOfStep,
  byteLimitOfTier,
  withinBudget,
} from '../../../../shared/pipelines/rules/byte-limit';

describe('the bytes that BigQuery may bill for a query', () => {
  const tiers = {
    SMALL: { maximum_bytes_billed: 100 },
    LARGE: { maximum_bytes_billed: 1000 },
    FREE_OF_LIMITS: { maximum_bytes_billed: null },
  };
  const small = { bytes: 100, source: 'subscription tier SMALL' };

  it('are those of the tier', () => {
    expect(byteLimitOfTier(tiers, 'SMALL')).toEqual(small);
    expect(byteLimitOfTier(tiers, 'FREE_OF_LIMITS')).toBeUndefined();
  });

  it.each([
    ['GONE', 'there is no tier GONE'],
    ['constructor', 'there is no tier constructor'],
    [null, 'the tenant has none'],
  ])('are not unlimited just because the tier %s is unknown', (name, why) => {
    expect(byteLimitOfTier(tiers, name)).toEqual({
      bytes: 100,
      source: `the smallest subscription tier, as ${why}`,
    });
  });

  it("are at most what is left of the tenant's budget, but the least that BigQuery takes", () => {
    const left = (bytes: number) => ({ bytes, source: "what is left of the tenant's byte budget" });
    const large = { bytes: 2 ** 40, source: 'subscription tier LARGE' };
    expect(withinBudget(large, null)).toBe(large);
    expect(withinBudget(undefined, null)).toBeUndefined();
    expect(withinBudget(large, 2 ** 41)).toBe(large);
    expect(withinBudget(large, 2 ** 30)).toEqual(left(2 ** 30));
    expect(withinBudget(undefined, 2 ** 30)).toEqual(left(2 ** 30));
    expect(withinBudget(large, 0)).toEqual(left(10_485_760));
  });

  it("are the smaller of the step's and the tier's", () => {
    const own = (bytes: number) => ({ bytes, source: "the step's maximum_bytes_billed" });
    expect(byteLimitOfStep(undefined, undefined)).toBeUndefined();
    expect(byteLimitOfStep(50, undefined)).toEqual(own(50));
    expect(byteLimitOfStep(50, small)).toEqual(own(50));
    expect(byteLimitOfStep(100, small)).toEqual(own(100));
    expect(byteLimitOfStep(101, small)).toEqual(small);
    expect(byteLimitOfStep(undefined, small)).toEqual(small);
  });
});
