import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Client } from '../../client';
import { clientOfTenant } from './session';
import { TenantKeyDialog } from './tenant-key';

export interface TenantCalls {
  /** Does something as the tenant; an admin without a key of it is asked for one first. */
  readonly asTenant: (act: (client: Client) => void) => void;
  /** Where the key is asked for: stands somewhere in the page. */
  readonly keyDialog: ComponentChildren;
}

/** Calls that need a key of the tenant itself. @param purpose what it is needed for, such as `Starting a run` */
export function useTenantClient(tenantId: string, purpose: string): TenantCalls {
  const [waiting, setWaiting] = useState<{ readonly act: (client: Client) => void }>();
  const asTenant: TenantCalls['asTenant'] = (act) => {
    const client = clientOfTenant(tenantId);
    if (client === undefined) setWaiting({ act });
    else act(client);
  };
  const given = () => {
    setWaiting(undefined);
    const client = clientOfTenant(tenantId);
    if (client !== undefined) waiting?.act(client);
  };
  const keyDialog = waiting !== undefined && (
    <TenantKeyDialog
      tenantId={tenantId}
      purpose={purpose}
      onGiven={given}
      onClose={() => setWaiting(undefined)}
    />
  );
  return { asTenant, keyDialog };
}
