import { useState } from 'preact/hooks';
import { currentSession, isOwnKey, replaceTenantKey } from '../app/session';
import { useAction } from '../data/use-action';
import { Dialog } from '../ui/dialog';
import { Choice } from '../ui/field';
import { Form } from '../ui/form';
import { Notice } from '../ui/notice';
import { keyName, type ListedKey, overlaps } from './key-rules';
import type { ShownKey } from './new-key';

interface RotateKeyDialogProps {
  readonly tenantId: string;
  readonly apiKey: ListedKey;
  readonly onMade: (key: ShownKey) => void;
  readonly onClose: () => void;
}

/** Replaces a key by one that may do the same. */
export function RotateKeyDialog({ tenantId, apiKey, onMade, onClose }: RotateKeyDialogProps) {
  const [overlap, setOverlap] = useState('86400');
  const { api_key_id, last_four } = apiKey;
  const isOwn = isOwnKey(api_key_id);
  const action = useAction(async () => {
    const path = { tenant: tenantId, key_id: api_key_id };
    const body = { overlap_seconds: Number(overlap) };
    const made = await currentSession().api.call('rotateApiKey', { path, body });
    replaceTenantKey(tenantId, last_four, made.api_key);
    onMade(made);
  });
  return (
    <Dialog title={`Rotate ${keyName(apiKey)}?`} onClose={onClose}>
      <Form action={action} submit="Rotate" busy="Rotating …" onCancel={onClose}>
        <p>A new key with the same name, scopes, pipelines and end is made, and shown once.</p>
        <Choice
          label="The key before still works"
          value={overlap}
          onChange={setOverlap}
          options={overlaps}
          hint="Long enough to put the new key everywhere where the old one is used."
          error={action.problem?.fields.get('overlap_seconds')}
        />
        {isOwn && (
          <Notice kind="warning" title="You are signed in with this key">
            <p>
              {overlap === '0'
                ? 'It ends at once. Copy the new one when it is shown, and go on with it there: else this tab is signed out.'
                : 'This tab is signed out when it ends, unless you go on with the new one.'}
            </p>
          </Notice>
        )}
      </Form>
    </Dialog>
  );
}
