import { useState } from 'preact/hooks';
import type { OnboardedTenant } from '../../client';
import { may } from '../app/session';
import { useTiers } from '../quotas/tiers';
import { Notice } from '../ui/notice';
import { Page } from '../ui/page';
import { Shown } from '../ui/shown';
import { Onboarded } from './onboarded';
import { OnboardingFields } from './onboarding-fields';

const above = [{ text: 'Tenants', href: '/tenants' }];

/** Makes a tenant, and shows its key once. */
export function OnboardPage() {
  const tiers = useTiers();
  const [made, setMade] = useState<OnboardedTenant>();
  if (made !== undefined)
    return (
      <Page title={`${made.tenant_id} is onboarded`} above={above}>
        <Onboarded tenant={made} onAnother={() => setMade(undefined)} />
      </Page>
    );
  return (
    <Page title="Onboard a tenant" above={above}>
      {may('manage') ? (
        // Where they cannot be had, tenants can be onboarded all the same.
        <Shown of={{ ...tiers, answer: tiers.answer ?? (tiers.problem && []) }} what="the tiers">
          {(known) => <OnboardingFields tiers={known} onMade={setMade} />}
        </Shown>
      ) : (
        <Notice kind="info" title="You may only look">
          <p>Your admin key is a viewer’s. Tenants are onboarded by admins who may change things.</p>
        </Notice>
      )}
    </Page>
  );
}
