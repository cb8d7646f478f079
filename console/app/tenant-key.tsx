import { useState } from 'preact/hooks';
import { useAction } from '../data/use-action';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { Form } from '../ui/form';
import { takeTenantKey } from './session';

interface TenantKeyDialogProps {
  readonly tenantId: string;
  /** What it is needed for, such as `Starting a run`. */
  readonly purpose: string;
  readonly onGiven: () => void;
  readonly onClose: () => void;
}

/** Asks an admin for a key of the tenant: by the interface's rules runs are started by a tenant's own keys only. */
export function TenantKeyDialog({ tenantId, purpose, onGiven, onClose }: TenantKeyDialogProps) {
  const [key, setKey] = useState('');
  const isOfAnother = key.trim() !== '' && !key.trim().startsWith(`${tenantId}_api_`);
  const action = useAction(async () => {
    await takeTenantKey(tenantId, key.trim());
    onGiven();
  });
  return (
    <Dialog title={`A key of ${tenantId}`} onClose={onClose}>
      <Form
        action={action}
        submit="Use this key"
        busy="Trying it …"
        isDisabled={key.trim() === '' || isOfAnother}
        onCancel={onClose}
      >
        <p>{purpose} takes a key of the tenant itself: runs are the tenant’s, and count as its own.</p>
        <Field
          label={`API key of ${tenantId}`}
          type="password"
          autoComplete="off"
          value={key}
          onChange={setKey}
          error={isOfAnother ? `Keys of this tenant begin with ${tenantId}_api_` : undefined}
          hint="It stays in this tab’s memory until you sign out. Keys are made at the tenant’s page Keys."
          isRequired
        />
      </Form>
    </Dialog>
  );
}
