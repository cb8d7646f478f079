import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import type { Client, Run } from '../../../client';
import { runPlace } from '../../app/places';
import { currentSession, may, seenAs } from '../../app/session';
import { useTenantClient } from '../../app/use-tenant-client';
import { useAction } from '../../data/use-action';
import { withWishKey } from '../../data/wish-key';
import { Dialog } from '../../ui/dialog';
import { Form } from '../../ui/form';
import { ProblemNotice } from '../../ui/notice';
import { isInFlight } from '../run-facts';

interface RunActionsProps {
  readonly run: Run;
  /** Told when it was cancelled. */
  readonly onChanged: () => void;
}

/** Cancels a run in flight; does one again that is over. What is refused is told below the buttons. */
export function RunActions({ run, onChanged }: RunActionsProps) {
  const { route } = useLocation();
  const { run_id, tenant_id, status, failed_step } = run;
  const [isAsking, setAsking] = useState(false);
  const { asTenant, keyDialog } = useTenantClient(tenant_id, 'Doing a run again');
  const cancel = useAction(async () => {
    await currentSession().api.call('cancelRun', { path: { run_id }, query: { ...seenAs(tenant_id) } });
    setAsking(false);
    onChanged();
  });
  const again = useAction(async (client: Client, from: 'start' | 'failed_step') => {
    const wish = { path: { run_id }, body: { from } };
    const started = await withWishKey([tenant_id, wish], (key) =>
      client.call('rerunRun', { ...wish, headers: { 'Idempotency-Key': key } }),
    );
    route(runPlace(tenant_id, started.run_id));
  });
  if (!may('run')) return null;
  const rerun = (from: 'start' | 'failed_step') => asTenant((client) => again.start(client, from));
  return (
    <>
      {isInFlight(run) ? (
        <button type="button" class="danger" onClick={() => setAsking(true)}>
          Cancel run …
        </button>
      ) : (
        <>
          {status !== 'COMPLETED' && (
            <button
              type="button"
              class="main"
              aria-disabled={again.isBusy}
              onClick={() => rerun('failed_step')}
            >
              Resume{failed_step === null ? '' : ` at ${failed_step}`}
            </button>
          )}
          <button type="button" aria-disabled={again.isBusy} onClick={() => rerun('start')}>
            Rerun from the start
          </button>
        </>
      )}
      {again.problem !== undefined && (
        <div class="whole-line">
          <ProblemNotice problem={again.problem} />
        </div>
      )}
      {keyDialog}
      {isAsking && (
        <Dialog title="Cancel the run?" onClose={() => setAsking(false)}>
          <Form
            action={cancel}
            submit="Cancel the run"
            busy="Cancelling …"
            isDangerous
            cancel="Let it run"
            onCancel={() => setAsking(false)}
          >
            <p>
              <code>{run_id}</code> of {run.pipeline} will be stopped with its jobs, and its slot is free
              again. It stays counted. What its steps have written already stays.
            </p>
          </Form>
        </Dialog>
      )}
    </>
  );
}
