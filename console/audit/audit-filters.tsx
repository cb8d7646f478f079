import { Choice, Field } from '../ui/field';
import { actionText, knownActions } from './audit-entries';
import { DelayedField } from './delayed-field';

interface AuditFiltersProps {
  readonly query: Readonly<Record<string, string>>;
  readonly onChange: (changed: Readonly<Record<string, string | undefined>>) => void;
  /** Whether a tenant can be chosen. */
  readonly isOfAll?: boolean;
}

/** What the audit is narrowed to. */
export function AuditFilters({ query, onChange, isOfAll = false }: AuditFiltersProps) {
  return (
    <search class="filters many">
      {isOfAll && (
        <DelayedField
          label="Tenant"
          placeholder="Its id, in full"
          value={query.tenant ?? ''}
          onChange={(tenant) => onChange({ tenant })}
        />
      )}
      <Choice
        label="What was done"
        value={query.action ?? ''}
        onChange={(action) => onChange({ action })}
        options={[
          { value: '', text: isOfAll ? 'Anything' : 'Anything but starts of runs' },
          ...knownActions(query.action).map((action) => ({ value: action, text: actionText(action) })),
        ]}
      />
      <DelayedField
        label="Who"
        placeholder="Name, e-mail or key’s id"
        value={query.actor ?? ''}
        onChange={(actor) => onChange({ actor })}
      />
      <Field
        label="From day (UTC)"
        type="date"
        value={query.from ?? ''}
        onChange={(from) => onChange({ from })}
      />
      <Field label="To day (UTC)" type="date" value={query.to ?? ''} onChange={(to) => onChange({ to })} />
    </search>
  );
}
