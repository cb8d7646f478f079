import { useState } from 'preact/hooks';
import type { ChangedQuotas } from '../../client';
import { currentSession } from '../app/session';
import { fieldError } from '../data/problems';
import { useAction } from '../data/use-action';
import { QuotaField } from '../quotas/quota-field';
import { quotaNames, wrongQuotas } from '../quotas/quotas';
import { tierOptions, useTiers } from '../quotas/tiers';
import { Choice, Field } from '../ui/field';
import { Form } from '../ui/form';
import { Shown } from '../ui/shown';
import { quotaChangeOf, quotaFormOf, withTier, wrongPercents } from './quota-change';
import { ifStill, readTenant, type SeenTenant } from './use-tenant';

interface QuotaEditorProps {
  readonly seen: SeenTenant;
  readonly onDone: (changed: ChangedQuotas) => void;
  readonly onCancel: () => void;
  readonly onBeginAgain: (seen: SeenTenant) => void;
}

/** Changes tier and quotas, if nobody else has meanwhile. */
export function QuotaEditor({ seen, onDone, onCancel, onBeginAgain }: QuotaEditorProps) {
  const { tenant } = seen;
  const [form, setForm] = useState(() => quotaFormOf(tenant));
  const tiers = useTiers();
  const wrong = wrongQuotas(form.quotas);
  const wrongAlerts = wrongPercents(form.alerts);
  const change = quotaChangeOf(form, tenant);
  const isOtherTier = form.tier !== tenant.subscription_tier;
  const action = useAction(async () => {
    const path = { tenant: tenant.tenant_id };
    onDone(await currentSession().api.call('changeQuotas', { path, headers: ifStill(seen), body: change }));
  });
  const refused = (field: string) => fieldError(action.problem, field);
  return (
    <Form
      action={action}
      submit="Save"
      busy="Saving …"
      isDisabled={wrong.size > 0 || wrongAlerts !== undefined || Object.keys(change).length === 0}
      onCancel={onCancel}
      again={{ what: 'tenant', begin: async () => onBeginAgain(await readTenant(tenant.tenant_id)) }}
    >
      <Shown of={tiers} what="the tiers">
        {(known) => (
          <Choice
            label="Tier"
            value={form.tier}
            onChange={(tier) => setForm(withTier(form, tier, tenant))}
            options={tierOptions(known, tenant.subscription_tier)}
            hint={
              isOtherTier ? 'Another tier brings its own quotas, unless you give others below.' : undefined
            }
            error={refused('subscription_tier')}
          />
        )}
      </Shown>
      <fieldset class="fields">
        <legend>Quotas</legend>
        {quotaNames.map((name) => (
          <QuotaField
            key={name}
            name={name}
            tier={isOtherTier ? tiers.answer?.find(({ tier }) => tier === form.tier) : undefined}
            choice={form.quotas[name]}
            onChange={(choice) => setForm({ ...form, quotas: { ...form.quotas, [name]: choice } })}
            error={refused(name) ?? wrong.get(name)}
          />
        ))}
      </fieldset>
      <Field
        label="Alerts at, per cent"
        value={form.alerts}
        onChange={(alerts) => setForm({ ...form, alerts })}
        hint="Shares of the month’s quotas at which an event tells of it, such as 80, 100."
        error={wrongAlerts ?? refused('alert_at_percent')}
      />
    </Form>
  );
}
