import { tierOptions, useTiers } from '../quotas/tiers';
import { Choice, Field } from '../ui/field';

interface TenantFiltersProps {
  readonly query: Readonly<Record<string, string>>;
  readonly onChange: (changed: Readonly<Record<string, string | undefined>>) => void;
}

/** What the list of tenants is narrowed to. */
export function TenantFilters({ query, onChange }: TenantFiltersProps) {
  const tiers = useTiers();
  return (
    <search class="filters">
      <Field
        label="Search"
        type="search"
        placeholder="Id or company"
        value={query.search ?? ''}
        onChange={(search) => onChange({ search })}
      />
      <Choice
        label="Tier"
        value={query.tier ?? ''}
        onChange={(tier) => onChange({ tier })}
        options={[{ value: '', text: 'All tiers' }, ...tierOptions(tiers.answer ?? [], query.tier)]}
        hint={tiers.problem && 'The tiers could not be loaded. It is tried again by itself.'}
      />
      <Choice
        label="State"
        value={query.state ?? ''}
        onChange={(state) => onChange({ state })}
        options={[
          { value: '', text: 'Active or not' },
          { value: 'active', text: 'Active' },
          { value: 'suspended', text: 'Suspended' },
        ]}
      />
      <Choice
        label="Monthly quota"
        value={query.quota ?? ''}
        onChange={(quota) => onChange({ quota })}
        options={[
          { value: '', text: 'However much is used' },
          { value: 'near', text: '80 % used, or more' },
        ]}
      />
    </search>
  );
}
