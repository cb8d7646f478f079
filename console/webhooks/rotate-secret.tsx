import { useState } from 'preact/hooks';
import { currentSession } from '../app/session';
import { useAction } from '../data/use-action';
import { Dialog } from '../ui/dialog';
import { Choice } from '../ui/field';
import { Form } from '../ui/form';
import type { ShownSecret } from './new-secret';
import type { ListedWebhook } from './webhook-words';

interface RotateSecretDialogProps {
  readonly tenantId: string;
  readonly webhook: ListedWebhook;
  readonly onRotated: (secret: ShownSecret) => void;
  readonly onClose: () => void;
}

/** Makes a new secret; the old one signs beside it for a while. */
export function RotateSecretDialog({ tenantId, webhook, onRotated, onClose }: RotateSecretDialogProps) {
  const [overlap, setOverlap] = useState('86400');
  const { webhook_id, url } = webhook;
  const action = useAction(async () => {
    const path = { tenant: tenantId, webhook_id };
    const body = { overlap_seconds: Number(overlap) };
    const rotated = await currentSession().api.call('rotateWebhookSecret', { path, body });
    const previousUntil = overlap === '0' ? null : rotated.previous_secret_until;
    onRotated({ url, secret: rotated.secret, previousUntil });
  });
  return (
    <Dialog title="Rotate the secret?" onClose={onClose}>
      <Form action={action} submit="Rotate" busy="Rotating …" onCancel={onClose}>
        <p>A new secret signs what is posted to {url}. It is shown once.</p>
        <Choice
          label="The secret before still signs"
          value={overlap}
          onChange={setOverlap}
          options={[
            { value: '0', text: 'Not at all' },
            { value: '3600', text: 'For an hour' },
            { value: '86400', text: 'For a day' },
            { value: '604800', text: 'For 7 days' },
          ]}
          error={action.problem?.fields.get('overlap_seconds')}
        />
      </Form>
    </Dialog>
  );
}
