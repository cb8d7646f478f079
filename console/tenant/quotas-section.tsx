import { useState } from 'preact/hooks';
import type { ChangedQuotas } from '../../client';
import { may } from '../app/session';
import { quotaNames, quotas, quotaText } from '../quotas/quotas';
import { FactList } from '../ui/lists/fact-list';
import { Notice } from '../ui/notice';
import { Section } from '../ui/page';
import { LastChange } from './last-change';
import { QuotaEditor } from './quota-editor';
import type { SeenTenant } from './use-tenant';

interface QuotasSectionProps {
  readonly seen: SeenTenant;
  readonly isAdmin: boolean;
  readonly onChanged: () => void;
}

/** Tier and quotas, changed where they stand. */
export function QuotasSection({ seen, isAdmin, onChanged }: QuotasSectionProps) {
  const [editing, setEditing] = useState<SeenTenant>();
  const [overwritten, setOverwritten] = useState<ChangedQuotas['overwritten']>({});
  const { tenant, version } = seen;
  if (editing !== undefined)
    return (
      <Section title="Quotas">
        <QuotaEditor
          key={editing.version}
          seen={editing}
          onBeginAgain={setEditing}
          onCancel={() => setEditing(undefined)}
          onDone={(changed) => {
            setOverwritten(changed.overwritten);
            setEditing(undefined);
            onChanged();
          }}
        />
      </Section>
    );
  const replaced = quotaNames.flatMap((name) => {
    const change = overwritten[name];
    return change === undefined
      ? []
      : [`${quotas[name].label}: ${quotaText(name, change.from)} became ${quotaText(name, change.to)}`];
  });
  return (
    <Section
      title="Quotas"
      actions={
        isAdmin &&
        may('manage') && (
          <button type="button" onClick={() => setEditing(seen)}>
            Change tier or quotas
          </button>
        )
      }
    >
      {replaced.length > 0 && (
        <Notice kind="info" title="The tier has replaced quotas of the tenant’s own">
          <p>{replaced.join('; ')}.</p>
        </Notice>
      )}
      <FactList
        facts={[
          { name: 'Tier', value: tenant.subscription_tier },
          ...quotaNames.map((name) => ({
            name: quotas[name].label,
            value: quotaText(name, tenant.quotas[name]),
          })),
          {
            name: 'Alerts at',
            value: tenant.quotas.alert_at_percent.map((percent) => `${percent} %`).join(', ') || 'none',
          },
        ]}
      />
      <LastChange tenantId={tenant.tenant_id} action="changeQuotas" version={version} />
    </Section>
  );
}
