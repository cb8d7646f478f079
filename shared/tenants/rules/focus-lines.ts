/** Completed runs of a tenant's pipeline on a day, summed up. */
export interface BilledDay {
  /** Such as 2026-11-30, UTC. */
  readonly day: string;
  readonly pipeline: string;
  readonly runs: number;
  readonly bytes_billed: number;
}

/** What FOCUS wants to know besides the usage. */
export interface FocusTerms {
  /** For each TiB that BigQuery bills. */
  readonly pricePerTib: number;
  /** As ISO 4217 names it. */
  readonly currency: string;
  /** The month's first instant, and the next one's. */
  readonly from: Date;
  readonly to: Date;
}

/**
 * The columns of FOCUS 1.2 that a cost of this kind has, and one of our own, by the specification's names:
 * https://focus.finops.org/focus-specification/v1-2/. What it lets be null is left out.
 */
export const focusColumns = [
  'BilledCost',
  'BillingAccountId',
  'BillingAccountName',
  'BillingCurrency',
  'BillingPeriodEnd',
  'BillingPeriodStart',
  'ChargeCategory',
  'ChargeClass',
  'ChargeDescription',
  'ChargeFrequency',
  'ChargePeriodEnd',
  'ChargePeriodStart',
  'ConsumedQuantity',
  'ConsumedUnit',
  'ContractedCost',
  'ContractedUnitPrice',
  'EffectiveCost',
  'InvoiceIssuerName',
  'ListCost',
  'ListUnitPrice',
  'PricingQuantity',
  'PricingUnit',
  'ProviderName',
  'PublisherName',
  'ServiceCategory',
  'ServiceName',
  'SubAccountId',
  'SubAccountName',
  'x_Runs',
] as const;

type FocusColumn = (typeof focusColumns)[number];

const issuer = 'tenant-pipelines';
const dayMs = 86_400_000;
const bytesPerTib = 2 ** 40;

/**
 * A line of FOCUS 1.2: what BigQuery billed for a tenant's pipeline on a day, at the given price. Pure: the same for
 * ever. A cost has nine decimal places, so that a thousandth of a MiB still counts.
 */
export function focusLine(
  tenantId: string,
  line: BilledDay,
  terms: FocusTerms,
): readonly (string | number)[] {
  const begin = new Date(`${line.day}T00:00:00Z`);
  const cost = ((line.bytes_billed / bytesPerTib) * terms.pricePerTib).toFixed(9);
  const price = String(terms.pricePerTib);
  const values: Readonly<Record<FocusColumn, string | number>> = {
    BilledCost: cost,
    BillingAccountId: issuer,
    BillingAccountName: issuer,
    BillingCurrency: terms.currency,
    BillingPeriodEnd: secondsOf(terms.to),
    BillingPeriodStart: secondsOf(terms.from),
    ChargeCategory: 'Usage',
    ChargeClass: '',
    ChargeDescription: `Runs of ${line.pipeline}`,
    ChargeFrequency: 'Usage-Based',
    ChargePeriodEnd: secondsOf(new Date(begin.getTime() + dayMs)),
    ChargePeriodStart: secondsOf(begin),
    ConsumedQuantity: line.bytes_billed,
    ConsumedUnit: 'Bytes',
    ContractedCost: cost,
    ContractedUnitPrice: price,
    EffectiveCost: cost,
    InvoiceIssuerName: issuer,
    ListCost: cost,
    ListUnitPrice: price,
    PricingQuantity: (line.bytes_billed / bytesPerTib).toFixed(12),
    PricingUnit: 'TiB',
    ProviderName: issuer,
    PublisherName: issuer,
    ServiceCategory: 'Analytics',
    ServiceName: line.pipeline,
    SubAccountId: tenantId,
    SubAccountName: tenantId,
    x_Runs: line.runs,
  };
  return focusColumns.map((name) => values[name]);
}

/** As FOCUS writes times: UTC, to the second. */
const secondsOf = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;
