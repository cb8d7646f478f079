import { useState } from 'preact/hooks';
import type { NewWebhook } from '../../client';
import { currentSession } from '../app/session';
import { useAction } from '../data/use-action';
import { Dialog } from '../ui/dialog';
import { Form } from '../ui/form';
import { WebhookFields } from './webhook-fields';
import { type ListedWebhook, type WebhookForm, webhookFormOf } from './webhook-words';

interface MakeWebhookDialogProps {
  readonly tenantId: string;
  readonly onMade: (webhook: NewWebhook) => void;
  readonly onClose: () => void;
}

export function MakeWebhookDialog({ tenantId, onMade, onClose }: MakeWebhookDialogProps) {
  const [form, setForm] = useState<WebhookForm>({ url: '', description: '', types: [] });
  const action = useAction(async () => {
    const description = form.description.trim();
    const body = {
      url: form.url.trim(),
      ...(description !== '' && { description }),
      ...(form.types.length > 0 && { event_types: form.types }),
    };
    onMade(await currentSession().api.call('makeWebhook', { path: { tenant: tenantId }, body }));
  });
  return (
    <Dialog title={`Make a webhook of ${tenantId}`} onClose={onClose}>
      <Form action={action} submit="Make the webhook" busy="Making it …" onCancel={onClose}>
        <WebhookFields form={form} onChange={setForm} problem={action.problem} />
      </Form>
    </Dialog>
  );
}

interface ChangeWebhookDialogProps {
  readonly tenantId: string;
  readonly webhook: ListedWebhook;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

export function ChangeWebhookDialog({ tenantId, webhook, onChanged, onClose }: ChangeWebhookDialogProps) {
  const [etag, setEtag] = useState(webhook.etag);
  const [form, setForm] = useState(() => webhookFormOf(webhook));
  const path = { tenant: tenantId, webhook_id: webhook.webhook_id };
  const action = useAction(async () => {
    const body = {
      url: form.url.trim(),
      description: form.description.trim() === '' ? null : form.description.trim(),
      event_types: form.types,
    };
    await currentSession().api.call('changeWebhook', { path, headers: { 'If-Match': etag }, body });
    onChanged();
  });
  const begin = async () => {
    const now = await currentSession().api.call('showWebhook', { path });
    setEtag(now.etag);
    setForm(webhookFormOf(now));
    action.forget();
  };
  return (
    <Dialog title="Change the webhook" onClose={onClose}>
      <Form
        action={action}
        submit="Save"
        busy="Saving …"
        onCancel={onClose}
        again={{ what: 'webhook', begin }}
      >
        <WebhookFields form={form} onChange={setForm} problem={action.problem} />
      </Form>
    </Dialog>
  );
}
