import {
  type Choices,
  type Draw,
  decimal,
  type FocusRow,
  quoted,
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
    ...(random() < 0.1 && { AvailabilityZone: quoted(`${region}-a`) }),
    BilledCost: random() < 0.2 ? '0.00000000000' : cost(),
    BillingAccountId: quoted('1234567890123'),
    BillingAccountName: quoted('SunBird'),
    BillingCurrency: quoted('USD'),
    BillingPeriodEnd: quoted('2024-10-01 00:00:00'),
    BillingPeriodStart: quoted('2024-09-01 00:00:00'),
    ChargeCategory: quoted(random() < 0.95 ? 'Usage' : 'Purchase'),
    ChargeDescription: quoted(`$0.0${below(90)} per unit of ${service} in ${region}`),
    ChargeFrequency: quoted('Usage-Based'),
    ChargePeriodEnd: quoted(`${day} ${twoDigits(hour)}:59:59.5`),
    ChargePeriodStart: quoted(`${day} ${twoDigits(hour)}:00:00`),
    ConsumedQuantity: quantity,
    ConsumedUnit: quoted('GB'),
    ContractedCost: '0.00000000000',
    ContractedUnitPrice: '0.00000000000',
    EffectiveCost: cost(),
    InvoiceIssuerName: quoted(issuer),
    ListCost: listed,
    ListUnitPrice: quoted(`0.0${below(90)}`),
    PricingCategory: quoted('Standard'),
    PricingQuantity: quantity,
    PricingUnit: quoted('GB'),
    ProviderName: quoted(name),
    PublisherName: quoted(issuer),
    RegionId: quoted(region),
    RegionName: quoted(region),
    ResourceId: quoted(`${prefix}instance/i-${(below(2 ** 31) * 977).toString(36)}`),
    ServiceCategory: quoted('Compute'),
    Id: String(id),
    ServiceName: quoted(service),
    SkuId: quoted(`SKU${below(270)}`),
    SkuPriceId: quoted(`SKU${below(270)}.JRTCKXETXF.${below(4)}`),
    ...(account !== undefined && { SubAccountId: quoted(String(account)) }),
    ...(account !== undefined && { SubAccountName: quoted(`Account ${account % 97}`) }),
    ...(random() < 0.7 && { Tags: quoted(one(tags)) }),
  };
}
