import { type FocusProvider, type FocusService, focusProviders } from './focus-catalogue';
import { type Choices, type Draw, decimal, type FocusRow, inQuotes } from './focus-file';

/**
 * One hour's charge in the FOCUS 1.0 format, made up: three providers in October 2026, all in dollars. Most
 * rows are usage, some of it discounted; a few are commitments that are bought for the whole account (no sub
 * account) and a few are credits (negative costs). What FOCUS leaves open for a row is NULL.
 *
 * For writeFocusFile.
 */
export function makeFocusRow(id: number, draw: Draw): FocusRow {
  const provider = draw.one(focusProviders);
  const service = draw.one(provider.services);
  const kind = draw.random();
  if (kind < 0.02) return { ...common(id, provider, service, draw), ...purchase(service) };
  const usage = { ...common(id, provider, service, draw), ...used(provider, service, draw) };
  return kind < 0.05 ? { ...usage, ...credit(draw) } : usage;
}

const teams: Choices<string> = ['web', 'data', 'finance'];

/** Costs are kept in units of 10^-11: millionths of a dollar, thousandths of a unit, percent. */
const costScale = 11;

function common(id: number, provider: FocusProvider, service: FocusService, draw: Draw): FocusRow {
  const start = Date.UTC(2026, 9, 1 + draw.below(31), draw.below(24));
  const [regionId, regionName] = draw.one(provider.regions);
  return {
    BillingAccountId: inQuotes('4200-1700'),
    BillingAccountName: inQuotes('Example Ltd'),
    BillingCurrency: inQuotes('USD'),
    BillingPeriodStart: inQuotes('2026-10-01 00:00:00'),
    BillingPeriodEnd: inQuotes('2026-11-01 00:00:00'),
    ChargePeriodStart: inQuotes(timestamp(start)),
    ChargePeriodEnd: inQuotes(timestamp(start + 3_600_000)),
    InvoiceIssuerName: inQuotes(provider.issuer),
    ProviderName: inQuotes(provider.name),
    PublisherName: inQuotes(provider.issuer),
    RegionId: inQuotes(regionId),
    RegionName: inQuotes(regionName),
    ServiceCategory: inQuotes(service.category),
    ServiceName: inQuotes(service.name),
    SkuId: inQuotes(service.sku),
    SkuPriceId: inQuotes(`${service.sku}.ON-DEMAND`),
    Id: String(id),
  };
}

function used(provider: FocusProvider, service: FocusService, draw: Draw): FocusRow {
  const thousandths = 1 + draw.below(service.largest * 1000);
  const discountPercent = draw.random() < 0.3 ? 20 : 0;
  const list = thousandths * service.priceMicros * 100;
  const net = decimal(thousandths * service.priceMicros * (100 - discountPercent), costScale);
  const quantity = decimal(thousandths, 3);
  const [accountId, accountName] = draw.one(provider.accounts);
  const resource = `${service.sku.toLowerCase()}-${draw.below(40)}`;
  return {
    BilledCost: net,
    EffectiveCost: net,
    ContractedCost: net,
    ListCost: decimal(list, costScale),
    ListUnitPrice: decimal(service.priceMicros, 6),
    ContractedUnitPrice: decimal(service.priceMicros * (100 - discountPercent), 8),
    ChargeCategory: inQuotes('Usage'),
    ChargeFrequency: inQuotes('Usage-Based'),
    ChargeDescription: inQuotes(`${service.name}: ${quantity} ${service.unit}`),
    ConsumedQuantity: quantity,
    ConsumedUnit: inQuotes(service.unit),
    PricingCategory: inQuotes('Standard'),
    PricingQuantity: quantity,
    PricingUnit: inQuotes(service.unit),
    ResourceId: inQuotes(`${provider.prefix}${accountId}/${resource}`),
    ResourceName: inQuotes(resource),
    SubAccountId: inQuotes(accountId),
    SubAccountName: inQuotes(accountName),
    ...(draw.random() < 0.7 && { Tags: inQuotes(JSON.stringify({ team: draw.one(teams) })) }),
  };
}

/** Billed now; its effective cost is in the hours that it covers. */
function purchase(service: FocusService): FocusRow {
  const cost = decimal(service.priceMicros * service.largest * 100_000, costScale);
  return {
    BilledCost: cost,
    EffectiveCost: decimal(0, costScale),
    ContractedCost: cost,
    ListCost: cost,
    ChargeCategory: inQuotes('Purchase'),
    ChargeFrequency: inQuotes('Recurring'),
    ChargeDescription: inQuotes(`Commitment for ${service.name}`),
    CommitmentDiscountCategory: inQuotes('Usage'),
    CommitmentDiscountId: inQuotes(`commitment-${service.sku.toLowerCase()}`),
    CommitmentDiscountName: inQuotes(`Commitment for ${service.name}`),
    CommitmentDiscountType: inQuotes('Reserved capacity'),
    PricingCategory: inQuotes('Committed'),
    PricingQuantity: '1',
    PricingUnit: inQuotes('Commitments'),
  };
}

function credit(draw: Draw): FocusRow {
  const cost = decimal(-(1 + draw.below(500)) * 10 ** 9, costScale);
  return {
    BilledCost: cost,
    EffectiveCost: cost,
    ContractedCost: cost,
    ListCost: decimal(0, costScale),
    ChargeCategory: inQuotes('Credit'),
    ChargeFrequency: inQuotes('One-Time'),
    ChargeDescription: inQuotes('Promotional credit'),
  };
}

/** As FOCUS files write it, e.g. 2026-10-31 23:00:00; UTC. */
function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ');
}
