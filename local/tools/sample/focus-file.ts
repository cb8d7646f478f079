import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { seededRandom } from './random';

/**
 * The columns of the FinOps Foundation's FOCUS 1.0 sample data, in its order: those of
 * focus_costs.schema.json.
 */
const focusColumns = [
  ...['AvailabilityZone', 'BilledCost', 'BillingAccountId', 'BillingAccountName', 'BillingCurrency'],
  ...['BillingPeriodEnd', 'BillingPeriodStart', 'ChargeCategory', 'ChargeClass', 'ChargeDescription'],
  ...['ChargeFrequency', 'ChargePeriodEnd', 'ChargePeriodStart', 'CommitmentDiscountCategory'],
  ...['CommitmentDiscountId', 'CommitmentDiscountName', 'CommitmentDiscountStatus', 'CommitmentDiscountType'],
  ...['ConsumedQuantity', 'ConsumedUnit', 'ContractedCost', 'ContractedUnitPrice', 'EffectiveCost'],
  ...['InvoiceIssuerName', 'ListCost', 'ListUnitPrice', 'PricingCategory', 'PricingQuantity', 'PricingUnit'],
  ...['ProviderName', 'PublisherName', 'RegionId', 'RegionName', 'ResourceId', 'ResourceName'],
  ...['ResourceType', 'ServiceCategory', 'Id', 'ServiceName', 'SkuId', 'SkuPriceId', 'SubAccountId'],
  ...['SubAccountName', 'Tags'],
] as const;

/** Values as they stand in the file: texts in quotes, numbers without. A column left out is NULL. */
export type FocusRow = Readonly<Partial<Record<(typeof focusColumns)[number], string>>>;

export type Choices<T> = readonly [T, ...T[]];

/** Chance, from a seed. */
export interface Draw {
  /** In [0, 1). */
  readonly random: () => number;
  /** A whole number from 0 to below the limit. */
  readonly below: (limit: number) => number;
  readonly one: <T>(choices: Choices<T>) => T;
}

/**
 * Writes a FOCUS file, and the folders it is in, in the notation of the FinOps Foundation's sample data. The
 * same seed, number of rows and `makeRow` give the same bytes everywhere.
 *
 * @param makeRow is called with 1, 2, 3 …
 */
export function writeFocusFile(
  path: string,
  rowCount: number,
  seed: number,
  makeRow: (id: number, draw: Draw) => FocusRow,
): void {
  const draw = drawFrom(seed);
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'w');
  try {
    let lines = `${focusColumns.map(inQuotes).join()}\n`;
    for (let id = 1; id <= rowCount; id += 1) {
      const row = makeRow(id, draw);
      lines += `${focusColumns.map((column) => row[column] ?? 'NULL').join()}\n`;
      if (lines.length < 1_000_000) continue;
      writeSync(file, lines);
      lines = '';
    }
    writeSync(file, lines);
  } finally {
    closeSync(file);
  }
}

function drawFrom(seed: number): Draw {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  return { random, below, one: (choices) => choices[below(choices.length)] ?? choices[0] };
}

/** `units` × 10^-`scale`, with all its decimal places. Exact for whole numbers below 2^53. */
export function decimal(units: number, scale: number): string {
  const digits = Math.abs(units)
    .toString()
    .padStart(scale + 1, '0');
  return `${units < 0 ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

export const inQuotes = (text: string): string => `"${text.replaceAll('"', '""')}"`;
export const twoDigits = (number: number): string => String(number).padStart(2, '0');
