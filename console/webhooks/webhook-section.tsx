import { useState } from 'preact/hooks';
import { currentSession, may } from '../app/session';
import { useAction } from '../data/use-action';
import { ManagedSection } from '../ui/managed-section';
import { Notice } from '../ui/notice';
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
  const { webhook_id, state, url } = webhook;
  const [isRotating, setRotating] = useState(false);
  const [said, say] = useState<string>();
  const [delivered, setDelivered] = useState(0);
  const path = { tenant: tenantId, webhook_id };
  const { api } = currentSession();
  const test = useAction(async () => {
    const { delivery_id } = await api.call('testWebhook', { path });
    say(
      `An event of type webhook.test is on its way as ${delivery_id}. Its delivery is listed below in a moment.`,
    );
    setDelivered((times) => times + 1);
  });
  return (
    <>
      <ManagedSection
        what="webhook"
        title={url}
        seen={webhook}
        isAllowed={may('manage')}
        turn={(headers) => {
          const body = { state: state === 'active' ? ('paused' as const) : ('active' as const) };
          return api.call('changeWebhook', { path, headers, body });
        }}
        remove={(headers) => api.call('deleteWebhook', { path, headers })}
        onChanged={onChanged}
        change={(dialog) => <ChangeWebhookDialog tenantId={tenantId} webhook={webhook} {...dialog} />}
        buttons={
          <>
            <button
              type="button"
              onClick={test.start}
              disabled={state !== 'active'}
              aria-disabled={test.isBusy}
              aria-busy={test.isBusy}
            >
              {test.isBusy ? 'Testing …' : 'Test'}
            </button>
            <button type="button" onClick={() => setRotating(true)}>
              Rotate its secret
            </button>
          </>
        }
        problem={test.problem}
        which={`to ${url}`}
        loss={<p>Nothing is posted to it any more, and its secret is gone. It cannot be taken back.</p>}
      >
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
      </ManagedSection>
      {isRotating && (
        <RotateSecretDialog
          tenantId={tenantId}
          webhook={webhook}
          onRotated={(secret) => {
            setRotating(false);
            onSecret(secret);
          }}
          onClose={() => setRotating(false)}
        />
      )}
    </>
  );
}
