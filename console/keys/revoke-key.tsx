import { currentSession, endSession, isOwnKey } from '../app/session';
import { useAction } from '../data/use-action';
import { Confirm } from '../ui/dialog';
import { Notice } from '../ui/notice';
import { Ago } from '../ui/times';
import { keyName, type ListedKey } from './key-rules';

interface RevokeKeyDialogProps {
  readonly tenantId: string;
  readonly apiKey: ListedKey;
  readonly onRevoked: () => void;
  readonly onClose: () => void;
}

/** Asks before a key is revoked, which cannot be taken back. */
export function RevokeKeyDialog({ tenantId, apiKey, onRevoked, onClose }: RevokeKeyDialogProps) {
  const { api_key_id, last_used_at } = apiKey;
  const isOwn = isOwnKey(api_key_id);
  const action = useAction(async () => {
    await currentSession().api.call('revokeApiKey', { path: { tenant: tenantId, key_id: api_key_id } });
    if (isOwn) endSession('You have revoked the key that you were signed in with.');
    else onRevoked();
  });
  return (
    <Confirm title={`Revoke ${keyName(apiKey)}?`} submit="Revoke" action={action} onClose={onClose}>
      <p>
        It starts no run from then on, and reads nothing half a minute later. It cannot be taken back. Last
        used: <Ago at={last_used_at} none="not noted" />.
      </p>
      {isOwn && (
        <Notice kind="warning" title="You are signed in with this key">
          <p>You are signed out at once. Without another key nobody of the tenant can sign in again.</p>
        </Notice>
      )}
    </Confirm>
  );
}
