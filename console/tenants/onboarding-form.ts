import type { Onboarding } from '../../client';
import { choicesOfTier, chosenQuotas, type QuotaChoices } from '../quotas/quotas';

/** What is typed in to onboard a tenant. */
export interface OnboardingForm {
  readonly companyName: string;
  /** undefined: as it follows from the company's name. */
  readonly tenantId: string | undefined;
  readonly contactEmail: string;
  /** undefined: none was chosen. */
  readonly tier: string | undefined;
  readonly quotas: QuotaChoices;
  readonly location: string;
  readonly notes: string;
  readonly replacesOffboarded: boolean;
}

export const emptyOnboarding = (): OnboardingForm => ({
  companyName: '',
  tenantId: undefined,
  contactEmail: '',
  tier: undefined,
  quotas: choicesOfTier,
  location: '',
  notes: '',
  replacesOffboarded: false,
});

/** An id that the interface takes, made of a name: Müller & Söhne becomes muller_sohne. '' where nothing is left. */
export function suggestedId(name: string): string {
  const id = name
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, 50)
    .replaceAll(/^_+|_+$/g, '');
  return id === '' || id.length >= 3 ? id : `${id}_001`;
}

export const idOf = ({ tenantId, companyName }: OnboardingForm): string =>
  tenantId ?? suggestedId(companyName);

/** What is sent: what was left empty is left out. */
export function onboardingOf(form: OnboardingForm): Onboarding {
  const contact_email = form.contactEmail.trim();
  const location = form.location.trim();
  const notes = form.notes.trim();
  return {
    tenant_id: idOf(form),
    company_name: form.companyName.trim(),
    ...(form.tier !== undefined && { subscription_tier: form.tier }),
    ...chosenQuotas(form.quotas),
    ...(contact_email !== '' && { contact_email }),
    ...(location !== '' && { location }),
    ...(notes !== '' && { notes }),
    ...(form.replacesOffboarded && { replace_offboarded: true }),
  };
}
