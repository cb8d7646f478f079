import {
  type Choices,
  type Draw,
  decimal,
  type FocusRow,
  inQuotes,
  twoDigits,
  writeFocusFile,
} from '../../../local/tools/sample/focus-file';

interface Provider {
  readonly name: string;
  readonly issuer: string;
  /** How the identifiers of its resources begin. */
  readonly prefix: string;
}

const providers: Choices<Provider> = [
  { name: 'AWS', issuer: 'Amazon Web Services, Inc.', prefix: 'arn:aws:ec2:eu-west-1:' },
  { name: 'Microsoft', issuer: 'Microsoft', prefix: '/subscriptions/64e355d7/resourcegroups/data/' },
  { name: 'Google Cloud', issuer: 'Google Cloud', prefix: '//compute.googleapis.com/projects/' },
];
const services: Choices<string> = [
  'NULL',
  ...['Virtual Machines', 'Object Storage', 'Data "Warehouse"', 'Queues, Topics', 'Functions', 'DNS'],
  ...['Load Balancing', 'Key Management', 'Überwachung', 'Kubernetes'],
];
const regions: Choices<string> = ['eu-west-1', 'us-east-2', 'europe-west4', 'southcentralus'];
const tags: Choices<string> = [
  '{"application": "Blue", "environment": "dev", "business_unit": "Müller & Söhne"}',
  '{"team": "data"}',
  '{"note": "first line\nsecond line, with a comma"}',
];

/**
 * Writes made-up costs in the FOCUS 1.0 format with everything that CSV allows: quotes, commas and line breaks in texts,
 * the text "NULL" in quotes, letters beyond ASCII, credits (negative costs), costs of 11 to 15 decimal places, and rows
 * without a sub account. The figures in focus-figures.ts are of these bytes: change no draw.
 */
export function writeFocusCosts(path: string, rowCount: number, seed: number): void {
  writeFocusFile(path, rowCount, seed, awkwardRow);
}

function awkwardRow(id: number, { random, below, one }: Draw): FocusRow {
  const cost = () => decimal(below(2 ** 31) * (below(50_000) - 2_500), random() < 0.9 ? 11 : 15);
  const { name, issuer, prefix } = one(providers);
  const service = one(services);
  const day = `2024-09-${twoDigits(1 + below(30))}`;
  const hour = below(24);
  const account = below(20) === 0 ? undefined : 100_000_000_000 + below(73) * 7_919;
  const region = one(regions);
  const listed = cost();
  const quantity = decimal(below(2 ** 31) * 1000, 15);
  return {
    ...(random() < 0.1 && { AvailabilityZone: inQuotes(`${region}-a`) }),
    BilledCost: random() < 0.2 ? '0.00000000000' : cost(),
    BillingAccountId: inQuotes('1234567890123'),
    BillingAccountName: inQuotes('SunBird'),
    BillingCurrency: inQuotes('USD'),
    BillingPeriodEnd: inQuotes('2024-10-01 00:00:00'),
    BillingPeriodStart: inQuotes('2024-09-01 00:00:00'),
    ChargeCategory: inQuotes(random() < 0.95 ? 'Usage' : 'Purchase'),
    ChargeDescription: inQuotes(`$0.0${below(90)} per unit of ${service} in ${region}`),
    ChargeFrequency: inQuotes('Usage-Based'),
    ChargePeriodEnd: inQuotes(`${day} ${twoDigits(hour)}:59:59.5`),
    ChargePeriodStart: inQuotes(`${day} ${twoDigits(hour)}:00:00`),
    ConsumedQuantity: quantity,
    ConsumedUnit: inQuotes('GB'),
    ContractedCost: '0.00000000000',
    ContractedUnitPrice: '0.00000000000',
    EffectiveCost: cost(),
    InvoiceIssuerName: inQuotes(issuer),
    ListCost: listed,
    ListUnitPrice: inQuotes(`0.0${below(90)}`),
    PricingCategory: inQuotes('Standard'),
    PricingQuantity: quantity,
    PricingUnit: inQuotes('GB'),
    ProviderName: inQuotes(name),
    PublisherName: inQuotes(issuer),
    RegionId: inQuotes(region),
    RegionName: inQuotes(region),
    ResourceId: inQuotes(`${prefix}instance/i-${(below(2 ** 31) * 977).toString(36)}`),
    ServiceCategory: inQuotes('Compute'),
    Id: String(id),
    ServiceName: inQuotes(service),
    SkuId: inQuotes(`SKU${below(270)}`),
    SkuPriceId: inQuotes(`SKU${below(270)}.JRTCKXETXF.${below(4)}`),
    ...(account !== undefined && { SubAccountId: inQuotes(String(account)) }),
    ...(account !== undefined && { SubAccountName: inQuotes(`Account ${account % 97}`) }),
    ...(random() < 0.7 && { Tags: inQuotes(one(tags)) }),
  };
}
