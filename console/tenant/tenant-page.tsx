import { useState } from 'preact/hooks';
import { pipelinesPlace } from '../app/places';
import { currentSession, may } from '../app/session';
import { TenantFrame } from '../app/tenant-frame';
import { useTenantId } from '../app/use-tenant-id';
import { useCall } from '../data/use-call';
import { Shown } from '../ui/shown';
import { ActivitySection } from './activity-section';
import { BytesSection, MonthSection } from './month-section';
import { OffboardButton } from './offboard';
import { ProfileSection } from './profile-section';
import { QuotasSection } from './quotas-section';
import { RestoreOffer } from './restore-offer';
import { RunsInFlight } from './runs-in-flight';
import { SuspendButton, SuspensionNotice } from './suspension';
import { useTenant } from './use-tenant';

/** It costs a statement each time. */
const usageRefreshMs = 300_000;

/** A tenant: what it uses, what runs, what it may, and what administrators do about it. */
export function TenantPage() {
  const tenantId = useTenantId();
  const isAdmin = currentSession().identity.kind === 'admin';
  const [isOffboarding, setOffboarding] = useState(false);
  const seen = useTenant(tenantId);
  const usage = useCall(
    `showUsage ${tenantId} by day`,
    (signal) =>
      currentSession().api.call('showUsage', {
        path: { tenant: tenantId },
        query: { granularity: 'day', group_by: 'status' },
        signal,
      }),
    { everyMs: usageRefreshMs },
  );
  const tenant = seen.answer?.tenant;
  // What was seen of it before does not count any more; but whoever offboards it here is told how that ends.
  if (isAdmin && !isOffboarding && seen.problem?.code === 'tenant_not_found')
    return (
      <TenantFrame tenantId={tenantId} title={tenantId}>
        <RestoreOffer tenantId={tenantId} onRestored={seen.askAgain} />
      </TenantFrame>
    );
  return (
    <TenantFrame
      tenantId={tenantId}
      title={tenant?.company_name ?? tenantId}
      actions={
        tenant !== undefined && (
          <>
            {isAdmin && may('manage') && tenant.is_active && (
              <SuspendButton tenant={tenant} onChanged={seen.askAgain} />
            )}
            {isAdmin && may('manage') && (
              <OffboardButton tenant={tenant} isOpen={isOffboarding} setOpen={setOffboarding} />
            )}
            <a class="button main" href={pipelinesPlace(tenantId)}>
              Start a run
            </a>
          </>
        )
      }
    >
      <Shown of={seen} what={`the tenant ${tenantId}`}>
        {(shown) => (
          <>
            <SuspensionNotice tenant={shown.tenant} onChanged={seen.askAgain} />
            <MonthSection tenant={shown.tenant} usage={usage} />
            <QuotasSection seen={shown} isAdmin={isAdmin} onChanged={seen.askAgain} />
            <RunsInFlight tenant={shown.tenant} />
            <div class="columns">
              <ActivitySection tenant={shown.tenant} />
              <BytesSection usage={usage} tenant={shown.tenant} />
            </div>
            <ProfileSection seen={shown} isAdmin={isAdmin} onChanged={seen.askAgain} />
          </>
        )}
      </Shown>
    </TenantFrame>
  );
}
