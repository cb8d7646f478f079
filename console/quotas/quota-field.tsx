import { Choice, Field } from '../ui/field';
import { choiceOfKind, type QuotaChoice, type QuotaName, quotas, quotaText } from './quotas';
import type { Tiers } from './tiers';

interface QuotaFieldProps {
  readonly name: QuotaName;
  readonly choice: QuotaChoice;
  readonly onChange: (choice: QuotaChoice) => void;
  /** Whose quota applies where none of the tenant's own is given. undefined: that is not offered. */
  readonly tier?: Tiers[number] | undefined;
  readonly error?: string | undefined;
}

const kinds: readonly QuotaChoice['kind'][] = ['tier', 'unlimited', 'own'];

/** As the tier says, unlimited, or a number of the tenant's own. */
export function QuotaField({ name, choice, onChange, tier, error }: QuotaFieldProps) {
  const { label, hint, isBytes, isAlwaysLimited } = quotas[name];
  const ofTier = tier?.[name];
  const options = [
    ...(ofTier === undefined ? [] : [{ value: 'tier', text: `As the tier: ${quotaText(name, ofTier)}` }]),
    ...(isAlwaysLimited ? [] : [{ value: 'unlimited', text: 'Unlimited' }]),
    { value: 'own', text: tier === undefined ? 'Limited' : 'Its own' },
  ];
  const isOnly = options.length === 1;
  return (
    <div class="quota">
      {!isOnly && (
        <Choice
          label={label}
          value={choice.kind}
          onChange={(value) =>
            onChange(
              choiceOfKind(kinds.find((kind) => kind === value) ?? 'own', name, choice, ofTier ?? null),
            )
          }
          options={options}
          hint={hint}
          error={choice.kind === 'own' ? undefined : error}
        />
      )}
      {choice.kind === 'own' && (
        <Field
          label={isOnly ? label : isBytes ? `${label}, GiB` : `${label}, number`}
          type="number"
          min="0"
          step={isBytes ? 'any' : '1'}
          value={choice.text}
          onChange={(text) => onChange({ ...choice, text })}
          error={error}
          hint={isOnly ? hint : undefined}
          isRequired
        />
      )}
    </div>
  );
}
