import { useState } from 'preact/hooks';
import type { Tenant } from '../../client';
import { currentSession, may } from '../app/session';
import { useAction } from '../data/use-action';
import { Confirm } from '../ui/dialog';
import { Field } from '../ui/field';
import { Notice, ProblemNotice } from '../ui/notice';
import { Time } from '../ui/times';
import { LastChange } from './last-change';

interface SuspensionProps {
  readonly tenant: Tenant;
  readonly onChanged: () => void;
}

/** The button that suspends a tenant, and what it asks. */
export function SuspendButton({ tenant, onChanged }: SuspensionProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="danger" onClick={() => setOpen(true)}>
        Suspend
      </button>
      {isOpen && (
        <SuspendDialog
          tenant={tenant}
          onChanged={() => {
            setOpen(false);
            onChanged();
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

function SuspendDialog({ tenant, onChanged, onClose }: SuspensionProps & { readonly onClose: () => void }) {
  const [reason, setReason] = useState('');
  const [publicReason, setPublicReason] = useState('');
  const action = useAction(async () => {
    const told = publicReason.trim();
    const body = { reason: reason.trim(), ...(told !== '' && { public_reason: told }) };
    await currentSession().api.call('suspendTenant', { path: { tenant: tenant.tenant_id }, body });
    onChanged();
  });
  return (
    <Confirm
      title={`Suspend ${tenant.tenant_id}?`}
      submit="Suspend"
      action={action}
      isDisabled={reason.trim() === ''}
      onClose={onClose}
    >
      <p>
        No further run of it starts, by whatever key or schedule. Runs in flight go on
        {tenant.active_runs_count > 0 && ` (${tenant.active_runs_count} now)`}, and it can still read.
      </p>
      <Field
        label="Reason"
        value={reason}
        onChange={setReason}
        error={action.problem?.fields.get('reason')}
        hint="For operators only."
        isRequired
      />
      <Field
        label="What the tenant is told"
        value={publicReason}
        onChange={setPublicReason}
        error={action.problem?.fields.get('public_reason')}
        hint="It stands in the refusals of its calls. Left empty: it is told only that it is suspended."
      />
    </Confirm>
  );
}

/** That a tenant is suspended or leaving, why, and the way back. */
export function SuspensionNotice({ tenant, onChanged }: SuspensionProps) {
  const isAdmin = currentSession().identity.kind === 'admin';
  const action = useAction(async () => {
    await currentSession().api.call('activateTenant', { path: { tenant: tenant.tenant_id } });
    onChanged();
  });
  if (tenant.is_active) return null;
  if (tenant.offboarding_at !== null)
    return (
      <Notice kind="warning" title="This tenant is being offboarded">
        <p>
          It began at <Time at={tenant.offboarding_at} />, and cannot be given up: offboard it again to go on
          where it stopped.
        </p>
      </Notice>
    );
  return (
    <Notice kind="warning" title="Suspended: no run starts">
      <p>
        Since <Time at={tenant.suspended_at} />.
        {tenant.suspension_reason !== null && ` Reason, for operators: ${tenant.suspension_reason}`}
      </p>
      {tenant.suspension_public_reason !== null && (
        <p>
          {isAdmin ? 'The tenant is told: ' : ''}
          {tenant.suspension_public_reason}
        </p>
      )}
      {isAdmin && (
        <LastChange
          tenantId={tenant.tenant_id}
          action="suspendTenant"
          version={tenant.suspended_at ?? undefined}
        />
      )}
      {isAdmin && may('manage') && (
        <button type="button" onClick={action.start} aria-disabled={action.isBusy} aria-busy={action.isBusy}>
          {action.isBusy ? 'Activating …' : 'Activate it again'}
        </button>
      )}
      {!isAdmin && <p>Ask the operator of this deployment to activate it again.</p>}
      {action.problem !== undefined && <ProblemNotice problem={action.problem} />}
    </Notice>
  );
}
