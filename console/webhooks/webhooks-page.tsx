import { useState } from 'preact/hooks';
import { tenantPagePlace } from '../app/places';
import { currentSession, may } from '../app/session';
import { TenantFrame } from '../app/tenant-frame';
import { useTenantId } from '../app/use-tenant-id';
import { useCall } from '../data/use-call';
import { useFilters } from '../data/use-filters';
import { Notice } from '../ui/notice';
import { Section } from '../ui/page';
import { Shown } from '../ui/shown';
import { Status } from '../ui/status';
import { type Column, Table } from '../ui/table';
import { Ago } from '../ui/times';
import { MakeWebhookDialog } from './make-webhook';
import { NewSecret, type ShownSecret } from './new-secret';
import { WebhookSection } from './webhook-section';
import type { ListedWebhook } from './webhook-words';

/** It costs a statement each time. */
const refreshMs = 60_000;

/** Where the tenant's events are posted, and what became of that. */
export function WebhooksPage() {
  const tenantId = useTenantId();
  const [isMaking, setMaking] = useState(false);
  const isAllowed = may('manage');
  return (
    <TenantFrame
      tenantId={tenantId}
      title="Webhooks"
      actions={
        isAllowed && (
          <button type="button" class="main" onClick={() => setMaking(true)}>
            Make a webhook
          </button>
        )
      }
    >
      {isAllowed || currentSession().identity.kind === 'admin' ? (
        <Webhooks tenantId={tenantId} isMaking={isMaking} onMakingEnd={() => setMaking(false)} />
      ) : (
        <Notice kind="info" title="Your key may not see webhooks">
          <p>It takes a key with the scope manage.</p>
        </Notice>
      )}
    </TenantFrame>
  );
}

interface WebhooksProps {
  readonly tenantId: string;
  readonly isMaking: boolean;
  readonly onMakingEnd: () => void;
}

function Webhooks({ tenantId, isMaking, onMakingEnd }: WebhooksProps) {
  const { query, change } = useFilters();
  const [secret, setSecret] = useState<ShownSecret>();
  const webhooks = useCall(
    `listWebhooks ${tenantId}`,
    async (signal) =>
      (await currentSession().api.call('listWebhooks', { path: { tenant: tenantId }, signal })).webhooks,
    { everyMs: refreshMs },
  );
  return (
    <>
      {secret !== undefined && <NewSecret secret={secret} onDone={() => setSecret(undefined)} />}
      <Shown of={webhooks} what="the webhooks">
        {(all) => (
          <>
            <Section title="Addresses">
              <Table
                caption="Webhooks"
                columns={columnsFor(tenantId, query.webhook)}
                rows={all}
                keyOf={({ webhook_id }) => webhook_id}
                empty={
                  <p>
                    No address gets this tenant’s events yet. Make a webhook, and each event is posted to it,
                    signed.
                  </p>
                }
              />
            </Section>
            {all
              .filter(({ webhook_id }) => webhook_id === query.webhook)
              .map((webhook) => (
                <WebhookSection
                  key={webhook.webhook_id}
                  tenantId={tenantId}
                  webhook={webhook}
                  onSecret={(shown) => {
                    setSecret(shown);
                    webhooks.askAgain();
                  }}
                  onChanged={webhooks.askAgain}
                />
              ))}
          </>
        )}
      </Shown>
      {isMaking && (
        <MakeWebhookDialog
          tenantId={tenantId}
          onMade={({ webhook_id, url, secret }) => {
            onMakingEnd();
            setSecret({ url, secret, previousUntil: null });
            webhooks.askAgain();
            change({ webhook: webhook_id });
          }}
          onClose={onMakingEnd}
        />
      )}
    </>
  );
}

const columnsFor = (tenantId: string, chosen: string | undefined): readonly Column<ListedWebhook>[] => [
  {
    title: 'Address',
    cell: ({ webhook_id, url, description }) => (
      <>
        <a
          href={`${tenantPagePlace(tenantId, 'webhooks')}?webhook=${encodeURIComponent(webhook_id)}`}
          aria-current={chosen === webhook_id ? 'true' : undefined}
        >
          {url}
        </a>
        {description !== null && <div class="quiet">{description}</div>}
      </>
    ),
  },
  {
    title: 'State',
    cell: ({ state, failing_since, reason }) => (
      <>
        <Status word={state} />
        {reason !== null && <div class="quiet">{reason}</div>}
        {failing_since !== null && (
          <div class="warns">
            <span aria-hidden="true">!</span> fails since <Ago at={failing_since} />
          </div>
        )}
      </>
    ),
  },
  {
    title: 'Events',
    cell: ({ event_types }) => (event_types.length === 0 ? 'all' : event_types.join(', ')),
  },
  { title: 'Made', cell: ({ created_at }) => <Ago at={created_at} /> },
];
