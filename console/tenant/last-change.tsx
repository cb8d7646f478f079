import type { CallRequest } from '../../client';
import { tenantPagePlace } from '../app/places';
import { currentSession, may } from '../app/session';
import { useCall } from '../data/use-call';
import { Ago } from '../ui/times';

interface LastChangeProps {
  readonly tenantId: string;
  /** The call that makes such changes. */
  readonly action: 'changeQuotas' | 'changeProfile' | 'suspendTenant';
  /** What the answer depends on besides: it is asked anew when that changes. */
  readonly version: string | undefined;
}

/** Who made a change of a kind last, by the audit log. Those who may not read that are shown nothing. */
export function LastChange({ tenantId, action, version }: LastChangeProps) {
  // Admins may, those who only look, too.
  const mayRead = currentSession().identity.kind === 'admin' || may('manage');
  return mayRead ? <Told tenantId={tenantId} action={action} version={version} /> : null;
}

function Told({ tenantId, action, version }: LastChangeProps) {
  const { answer, problem } = useCall(`listTenantAuditLog ${tenantId} ${action} ${version}`, (signal) => {
    const request: CallRequest<'listTenantAuditLog'> = {
      path: { tenant: tenantId },
      query: { action, limit: 1 },
      signal,
    };
    return currentSession().api.call('listTenantAuditLog', request);
  });
  const href = `${tenantPagePlace(tenantId, 'audit')}?action=${action}`;
  if (problem !== undefined)
    return <p class="quiet small">Who changed this last could not be read: {problem.detail}</p>;
  if (answer === undefined) return <p class="quiet small">Looking up who changed this last …</p>;
  const [entry] = answer.entries;
  if (entry === undefined) return <p class="quiet small">Not changed since the onboarding.</p>;
  return (
    <p class="quiet small">
      Last changed <Ago at={entry.occurred_at} /> by {entry.actor}. <a href={href}>All such changes</a>
    </p>
  );
}
