import { useEffect, useRef, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import type { Offboarding, Tenant } from '../../client';
import { currentSession } from '../app/session';
import { useAction } from '../data/use-action';
import { count } from '../format/numbers';
import { Confirm, Dialog } from '../ui/dialog';
import { Checkbox, Field } from '../ui/field';
import { Time } from '../ui/times';

interface OffboardButtonProps {
  readonly tenant: Tenant;
  /** Whether its dialog is open: what the page shows may depend on that. */
  readonly isOpen: boolean;
  readonly setOpen: (isOpen: boolean) => void;
}

/** The button that offboards a tenant. It asks for the tenant's id, because most of it cannot be taken back. */
export function OffboardButton({ tenant, isOpen, setOpen }: OffboardButtonProps) {
  return (
    <>
      <button type="button" class="danger" onClick={() => setOpen(true)}>
        {tenant.offboarding_at === null ? 'Offboard' : 'Go on offboarding'}
      </button>
      {isOpen && <OffboardDialog tenant={tenant} onClose={() => setOpen(false)} />}
    </>
  );
}

const usualPauseSeconds = 5;

function OffboardDialog({ tenant, onClose }: { readonly tenant: Tenant; readonly onClose: () => void }) {
  const { tenant_id } = tenant;
  const { route } = useLocation();
  const [typed, setTyped] = useState('');
  const [isForced, setForced] = useState(false);
  const [stage, setStage] = useState<Offboarding>();
  const closing = useRef(new AbortController());
  useEffect(() => () => closing.current.abort(), []);
  const action = useAction(async () => {
    const { signal } = closing.current;
    // A call does what its time allows; the same call goes on where it stopped.
    while (!signal.aborted) {
      const { answer, headers } = await currentSession().api.callWithHeaders('offboardTenant', {
        path: { tenant: tenant_id },
        query: { confirm: typed, ...(isForced && { force: true }) },
        signal,
      });
      setStage(answer);
      if (answer.stage === 'removed') return;
      await pauseOf(Number(headers.get('Retry-After')) || usualPauseSeconds, signal);
    }
  });
  if (stage?.stage === 'removed')
    return (
      <Dialog title={`${tenant_id} is offboarded`} onClose={() => route('/tenants')}>
        <p>
          Its dataset and keys are gone. Until <Time at={stage.restorable_until} /> it can be restored: open
          its page again by its address.
        </p>
        <a class="button main" href="/tenants">
          Back to the tenants
        </a>
      </Dialog>
    );
  return (
    <Confirm
      title={`Offboard ${tenant_id}?`}
      submit="Offboard"
      action={action}
      isDisabled={typed !== tenant_id}
      onClose={onClose}
    >
      <p>
        It is suspended, its outcomes are recorded, and its dataset is removed with all its tables and keys.
        It can be restored for some days, and then no more. Export the month’s bill first.
      </p>
      <Field
        label={`Type ${tenant_id} to confirm`}
        value={typed}
        onChange={setTyped}
        autoComplete="off"
        isRequired
      />
      <Checkbox
        label="Cancel runs in flight, and do not wait for streaming buffers"
        hint={`${count(tenant.active_runs_count)} in flight now. Without it they have to end first.`}
        isChecked={isForced}
        onChange={setForced}
      />
      {stage !== undefined && (
        <p role="status">
          {stageTexts[stage.stage]} {count(stage.in_flight)} runs in flight, {count(stage.waiting)} outcomes
          wait to be recorded. It goes on while this stays open, and can be gone on with later.
        </p>
      )}
    </Confirm>
  );
}

const stageTexts = {
  draining: 'Runs end.',
  recording: 'Outcomes are recorded.',
  exporting: 'Records are exported.',
  removing: 'The dataset is removed.',
  removed: 'It is removed.',
};

const pauseOf = (seconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1_000);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
