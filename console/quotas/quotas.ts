import type { QuotaChange } from '../../client';
import { bytes, count, limit } from '../format/numbers';

/** What is limited of a tenant, as the interface names it. */
export type QuotaName =
  | 'max_pipelines_per_month'
  | 'max_concurrent_pipelines'
  | 'max_bytes_billed_per_month'
  | 'max_queued_pipelines';

interface QuotaDescription {
  readonly label: string;
  readonly hint: string;
  /** Typed in as GiB. */
  readonly isBytes?: boolean;
  /** A queue always ends somewhere. */
  readonly isAlwaysLimited?: boolean;
}

export const quotaNames: readonly QuotaName[] = [
  'max_pipelines_per_month',
  'max_concurrent_pipelines',
  'max_bytes_billed_per_month',
  'max_queued_pipelines',
];

export const quotas: Readonly<Record<QuotaName, QuotaDescription>> = {
  max_pipelines_per_month: { label: 'Runs a month', hint: 'Runs that may start in a calendar month, UTC.' },
  max_concurrent_pipelines: { label: 'Runs at once', hint: 'Slots: how many runs may run at the same time.' },
  max_bytes_billed_per_month: {
    label: 'Bytes billed a month',
    hint: 'What BigQuery may bill for the tenant’s runs in a month, in GiB.',
    isBytes: true,
  },
  max_queued_pipelines: {
    label: 'Runs that may wait',
    hint: 'How many runs may wait for a slot, 5,000 at most. 0: none, a run that finds no slot is refused.',
    isAlwaysLimited: true,
  },
};

/** One quota, as a form has it. */
export interface QuotaChoice {
  readonly kind: 'tier' | 'unlimited' | 'own';
  /** As it was typed: a number, of bytes in GiB. */
  readonly text: string;
}

export type QuotaChoices = Readonly<Record<QuotaName, QuotaChoice>>;

const gibibyte = 1024 ** 3;

/** A quota in words: 1,000, 10 GiB, unlimited. */
export const quotaText = (name: QuotaName, value: number | null): string =>
  limit(value, quotas[name].isBytes ? bytes : count);

/** As the tier says, for a form that begins. */
export const choicesOfTier: QuotaChoices = choicesBy(() => ({ kind: 'tier', text: '' }));

/** The quotas that a tenant has now, for a form that changes them. */
export const choicesOf = (now: Readonly<Record<QuotaName, number | null>>): QuotaChoices =>
  choicesBy((name) => {
    const value = now[name];
    return value === null ? { kind: 'unlimited', text: '' } : { kind: 'own', text: typedText(name, value) };
  });

const typedText = (name: QuotaName, value: number): string =>
  String(quotas[name].isBytes ? value / gibibyte : value);

/** The choice of another kind: a number of its own begins with the tier's, where there is one. */
export const choiceOfKind = (
  kind: QuotaChoice['kind'],
  name: QuotaName,
  before: QuotaChoice,
  ofTier: number | null,
): QuotaChoice => ({
  kind,
  text: kind === 'own' && before.text === '' && ofTier !== null ? typedText(name, ofTier) : before.text,
});

function choicesBy(choose: (name: QuotaName) => QuotaChoice): QuotaChoices {
  return {
    max_pipelines_per_month: choose('max_pipelines_per_month'),
    max_concurrent_pipelines: choose('max_concurrent_pipelines'),
    max_bytes_billed_per_month: choose('max_bytes_billed_per_month'),
    max_queued_pipelines: choose('max_queued_pipelines'),
  };
}

/** The number that was chosen; null: unlimited; undefined: as the tier says. NaN where no number was typed. */
export function chosenQuota(name: QuotaName, { kind, text }: QuotaChoice): number | null | undefined {
  if (kind === 'tier') return undefined;
  if (kind === 'unlimited') return null;
  const typed = text.trim() === '' ? Number.NaN : Number(text);
  return quotas[name].isBytes ? Math.round(typed * gibibyte) : typed;
}

/** What is wrong with what was typed, by the name of the quota. Empty: it can be sent. */
export function wrongQuotas(choices: QuotaChoices): ReadonlyMap<QuotaName, string> {
  const wrong = new Map<QuotaName, string>();
  for (const name of quotaNames) {
    const value = chosenQuota(name, choices[name]);
    if (value === undefined || value === null) continue;
    if (Number.isSafeInteger(value) && value >= 0) continue;
    wrong.set(name, quotas[name].isBytes ? 'A number of GiB, 0 or more' : 'A whole number, 0 or more');
  }
  return wrong;
}

/** What is sent of the choices: quotas that are as the tier says are left out. */
export function chosenQuotas(choices: QuotaChoices): Pick<QuotaChange, QuotaName> {
  const month = chosenQuota('max_pipelines_per_month', choices.max_pipelines_per_month);
  const atOnce = chosenQuota('max_concurrent_pipelines', choices.max_concurrent_pipelines);
  const billed = chosenQuota('max_bytes_billed_per_month', choices.max_bytes_billed_per_month);
  const waiting = chosenQuota('max_queued_pipelines', choices.max_queued_pipelines);
  return {
    ...(month !== undefined && { max_pipelines_per_month: month }),
    ...(atOnce !== undefined && { max_concurrent_pipelines: atOnce }),
    ...(billed !== undefined && { max_bytes_billed_per_month: billed }),
    ...(waiting != null && { max_queued_pipelines: waiting }),
  };
}
