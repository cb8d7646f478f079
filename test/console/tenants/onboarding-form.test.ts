import { emptyOnboarding, idOf, onboardingOf, suggestedId } from '../../../console/tenants/onboarding-form';

describe('The id that a company’s name suggests', () => {
  it.each([
    ['Acme', 'acme'],
    ['Müller & Söhne GmbH', 'muller_sohne_gmbh'],
    ['  __Blue  Harbour__ ', 'blue_harbour'],
    ['4Ever', '4ever'],
    ['AB', 'ab_001'],
    ['株式会社', ''],
    [`${'x'.repeat(49)} y`, 'x'.repeat(49)],
  ])('of %p is %p', (name, id) => {
    expect(suggestedId(name)).toBe(id);
  });

  it('gives way to one that is typed', () => {
    const form = { ...emptyOnboarding(), companyName: 'Acme', tenantId: 'acme_eu' };
    expect(idOf(form)).toBe('acme_eu');
    expect(idOf({ ...form, tenantId: undefined })).toBe('acme');
  });
});

describe('What an onboarding sends', () => {
  it('leaves out what was left empty', () => {
    const form = { ...emptyOnboarding(), companyName: ' Acme ', notes: '  ' };
    expect(onboardingOf(form)).toEqual({
      tenant_id: 'acme',
      company_name: 'Acme',
    });
  });

  it('has the quotas that were given', () => {
    const empty = { ...emptyOnboarding(), tier: 'STARTER' };
    const form = {
      ...empty,
      companyName: 'Acme',
      contactEmail: 'data@acme.example',
      location: 'EU',
      quotas: {
        ...empty.quotas,
        max_pipelines_per_month: { kind: 'unlimited', text: '' } as const,
        max_concurrent_pipelines: { kind: 'own', text: '7' } as const,
      },
      replacesOffboarded: true,
    };
    expect(onboardingOf(form)).toEqual({
      tenant_id: 'acme',
      company_name: 'Acme',
      subscription_tier: 'STARTER',
      contact_email: 'data@acme.example',
      location: 'EU',
      max_pipelines_per_month: null,
      max_concurrent_pipelines: 7,
      replace_offboarded: true,
    });
  });
});
