import { join } from 'node:path';
import { onboardingSchema } from '../../../functions/onboard/onboard-tenant';
import { loadTiers } from '../../../shared/definitions/tiers';

const least = { tenant_id: 'acme_001', company_name: 'Acme' };

describe('The body of an onboarding', () => {
  it('without a tier is FREE, whose quotas are 100 a month and 5 at once', () => {
    const tiers = loadTiers(join(__dirname, '../../../schemas'));
    expect(onboardingSchema(tiers).parse(least)).toEqual({
      ...least,
      subscription_tier: 'FREE',
      replace_offboarded: false,
      force_recreate_dataset: false,
      force_recreate_tables: false,
    });
    expect(tiers.FREE).toMatchObject({
      max_pipelines_per_month: 100,
      max_concurrent_pipelines: 5,
      max_queued_pipelines: 0,
    });
  });

  it('must name a tier where the deployment has no FREE', () => {
    const schema = onboardingSchema({
      GOLD: {
        max_pipelines_per_month: 1,
        max_concurrent_pipelines: 1,
        max_bytes_billed_per_month: null,
        max_queued_pipelines: 0,
      },
    });
    expect(schema.safeParse(least).error?.issues).toMatchObject([
      { path: ['subscription_tier'], message: 'expected one of GOLD' },
    ]);
    expect(schema.parse({ ...least, subscription_tier: 'GOLD' }).subscription_tier).toBe('GOLD');
  });
});
