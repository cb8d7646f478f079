import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { currentSession, may } from '../app/session';
import { useAction } from '../data/use-action';
import { Confirm } from '../ui/dialog';
import { Notice, ProblemNotice } from '../ui/notice';
import { Section } from '../ui/page';
import { DeliveriesSection } from './deliveries';
import { ChangeWebhookDialog } from './make-webhook';
import type { ShownSecret } from './new-secret';
import { RotateSecretDialog } from './rotate-secret';
import type { ListedWebhook } from './webhook-words';

interface WebhookSectionProps {
  readonly tenantId: string;
  readonly webhook: ListedWebhook;
  readonly onSecret: (secret: ShownSecret) => void;
  readonly onChanged: () => void;
}

/** One webhook: what can be done with it, and what was delivered to it. */
export function WebhookSection({ tenantId, webhook, onSecret, onChanged }: WebhookSectionProps) {
  const { path, route } = useLocation();
  const { webhook_id, state, url } = webhook;
  const [asking, ask] = useState<'change' | 'rotate' | 'delete'>();
  const [said, say] = useState<string>();
  const [delivered, setDelivered] = useState(0);
  const place = { tenant: tenantId, webhook_id };
  const close = () => ask(undefined);
  const turn = useAction(async () => {
    const body = { state: state === 'active' ? ('paused' as const) : ('active' as const) };
    await currentSession().api.call('changeWebhook', { path: place, body });
    onChanged();
  });
  const test = useAction(async () => {
    const { delivery_id } = await currentSession().api.call('testWebhook', { path: place });
    say(
      `An event of type webhook.test is on its way as ${delivery_id}. Its delivery is listed below in a moment.`,
    );
    setDelivered((times) => times + 1);
  });
  const remove = useAction(async () => {
    await currentSession().api.call('deleteWebhook', { path: place });
    onChanged();
    route(path, true);
  });
  const problem = turn.problem ?? test.problem;
  return (
    <>
      <Section
        title={url}
        actions={
          may('manage') && (
            <>
              <button type="button" onClick={test.start} disabled={test.isBusy || state !== 'active'}>
                {test.isBusy ? 'Testing …' : 'Test'}
              </button>
              <button type="button" onClick={turn.start} aria-disabled={turn.isBusy}>
                {state === 'active' ? 'Pause' : 'Resume'}
              </button>
              <button type="button" onClick={() => ask('change')}>
                Change
              </button>
              <button type="button" onClick={() => ask('rotate')}>
                Rotate its secret
              </button>
              <button type="button" class="danger" onClick={() => ask('delete')}>
                Delete
              </button>
            </>
          )
        }
      >
        {problem !== undefined && <ProblemNotice problem={problem} />}
        {said !== undefined && (
          <Notice kind="info">
            <p>{said}</p>
          </Notice>
        )}
        {state !== 'active' && (
          <p>
            {state === 'paused' ? 'It is paused' : 'It is disabled'}: events of this time are not delivered
            later.
          </p>
        )}
        <DeliveriesSection tenantId={tenantId} webhookId={webhook_id} version={delivered} onSaid={say} />
      </Section>
      {asking === 'change' && (
        <ChangeWebhookDialog
          tenantId={tenantId}
          webhook={webhook}
          onChanged={() => {
            close();
            onChanged();
          }}
          onClose={close}
        />
      )}
      {asking === 'rotate' && (
        <RotateSecretDialog
          tenantId={tenantId}
          webhook={webhook}
          onRotated={(secret) => {
            close();
            onSecret(secret);
          }}
          onClose={close}
        />
      )}
      {asking === 'delete' && (
        <Confirm title={`Delete the webhook to ${url}?`} submit="Delete" action={remove} onClose={close}>
          <p>Nothing is posted to it any more, and its secret is gone. It cannot be taken back.</p>
        </Confirm>
      )}
    </>
  );
}
