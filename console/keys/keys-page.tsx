import { useState } from 'preact/hooks';
import { currentSession, may } from '../app/session';
import { TenantFrame } from '../app/tenant-frame';
import { useTenantId } from '../app/use-tenant-id';
import { useCall } from '../data/use-call';
import { Notice } from '../ui/notice';
import { Section } from '../ui/page';
import { Shown } from '../ui/shown';
import { keyStateOf, type ListedKey } from './key-rules';
import { KeyTable } from './key-table';
import { MakeKeyDialog } from './make-key';
import { NewKey, type ShownKey } from './new-key';
import { RevokeKeyDialog } from './revoke-key';
import { RotateKeyDialog } from './rotate-key';

type Asking =
  | { readonly about: 'make' }
  | { readonly about: 'rotate' | 'revoke'; readonly key: ListedKey }
  | undefined;

/** The tenant's keys: made, rotated and revoked here, and each shown once. */
export function KeysPage() {
  const tenantId = useTenantId();
  const [asking, ask] = useState<Asking>();
  const mayManage = may('manage');
  return (
    <TenantFrame
      tenantId={tenantId}
      title="Keys"
      actions={
        mayManage && (
          <button type="button" class="main" onClick={() => ask({ about: 'make' })}>
            Make a key
          </button>
        )
      }
    >
      {mayManage || currentSession().identity.kind === 'admin' ? (
        <Keys tenantId={tenantId} mayManage={mayManage} asking={asking} ask={ask} />
      ) : (
        <Notice kind="info" title="Your key may not see keys">
          <p>It takes a key with the scope manage.</p>
        </Notice>
      )}
    </TenantFrame>
  );
}

interface KeysProps {
  readonly tenantId: string;
  readonly mayManage: boolean;
  readonly asking: Asking;
  readonly ask: (asking: Asking) => void;
}

function Keys({ tenantId, mayManage, asking, ask }: KeysProps) {
  const [made, setMade] = useState<ShownKey>();
  const keys = useCall(`listApiKeys ${tenantId}`, async (signal) => {
    const { api_keys } = await currentSession().api.call('listApiKeys', {
      path: { tenant: tenantId },
      signal,
    });
    return api_keys;
  });
  const close = () => ask(undefined);
  const onMade = (key: ShownKey) => {
    setMade(key);
    close();
    keys.askAgain();
  };
  return (
    <>
      {made !== undefined && <NewKey tenantId={tenantId} made={made} onDone={() => setMade(undefined)} />}
      <Shown of={keys} what="the keys">
        {(all) => {
          const now = Date.now();
          const inForce = all.filter((key) => keyStateOf(key, now) === 'active');
          const ended = all.filter((key) => keyStateOf(key, now) !== 'active');
          return (
            <>
              <Section title="Keys that work">
                <KeyTable
                  caption="Keys that work"
                  keys={inForce}
                  all={all}
                  empty={
                    <p>
                      No key works: nobody can start runs of this tenant.
                      {mayManage ? ' Make a key.' : ' Ask an admin for one.'}
                    </p>
                  }
                  onRotate={mayManage ? (key) => ask({ about: 'rotate', key }) : undefined}
                  onRevoke={mayManage ? (key) => ask({ about: 'revoke', key }) : undefined}
                />
                {!mayManage && (
                  <p class="quiet small">
                    You may only look: keys are changed by admins who may change things.
                  </p>
                )}
              </Section>
              {ended.length > 0 && (
                <Section title="Keys that have ended">
                  <KeyTable caption="Keys that have ended" keys={ended.toReversed()} all={all} empty={null} />
                </Section>
              )}
            </>
          );
        }}
      </Shown>
      {asking?.about === 'make' && <MakeKeyDialog tenantId={tenantId} onMade={onMade} onClose={close} />}
      {asking?.about === 'rotate' && (
        <RotateKeyDialog tenantId={tenantId} apiKey={asking.key} onMade={onMade} onClose={close} />
      )}
      {asking?.about === 'revoke' && (
        <RevokeKeyDialog
          tenantId={tenantId}
          apiKey={asking.key}
          onRevoked={() => {
            close();
            keys.askAgain();
          }}
          onClose={close}
        />
      )}
    </>
  );
}
