import { projects, regions, skus } from './gcp-catalogue';
import { seededRandom } from './random';

/**
 * Rows in the format of Google Cloud's detailed billing export, made up: a month of usage by three projects.
 * https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/detailed-usage
 */
export interface BillingSample {
  readonly rows: readonly BillingRow[];
  /** In millionths of a dollar, so that sums are exact. */
  readonly costMicros: number;
  readonly creditMicros: number;
}

export type BillingRow = ReturnType<typeof makeRow>['row'];

const invoiceMonth = { year: 2026, month: 10, days: 31 } as const;
const millisecondsPerHour = 3_600_000;

export function makeBillingSample(rowCount: number, seed: number): BillingSample {
  const random = seededRandom(seed);
  const made = Array.from({ length: rowCount }, (_, index) => makeRow(index, random));
  return {
    rows: made.map(({ row }) => row),
    costMicros: made.reduce((sum, { costMicros }) => sum + costMicros, 0),
    creditMicros: made.reduce((sum, { creditMicros }) => sum + creditMicros, 0),
  };
}

function makeRow(index: number, random: () => number) {
  const project = pick(projects, random);
  const item = pick(skus, random);
  const region = pick(regions, random);
  const start = Date.UTC(
    invoiceMonth.year,
    invoiceMonth.month - 1,
    1 + Math.floor(random() * invoiceMonth.days),
  );
  const startHour = start + Math.floor(random() * 24) * millisecondsPerHour;
  const thousandths = 1 + Math.floor(random() * item.largest * 1000);
  const costMicros = Math.round((thousandths * item.priceMicros) / 1000);
  const credits = makeCredits(item, costMicros, random);
  const row = {
    billing_account_id: '01A2B3-C4D5E6-F70819',
    service: item.service,
    sku: item.sku,
    usage_start_time: timestamp(startHour),
    usage_end_time: timestamp(startHour + millisecondsPerHour),
    project: {
      id: project.id,
      number: project.number,
      name: project.name,
      labels: [{ key: 'env', value: project.env }],
      ancestry_numbers: '/500000000001/',
      ancestors: [
        { resource_name: `projects/${project.number}`, display_name: project.name },
        { resource_name: 'organizations/500000000001', display_name: 'example.com' },
      ],
    },
    labels: random() < 0.5 ? [{ key: 'team', value: pick(['web', 'data'], random) }] : [],
    system_labels: [],
    location: { location: region, country: region.startsWith('us') ? 'US' : 'BE', region, zone: null },
    tags: [],
    transaction_type: 'GOOGLE',
    seller_name: null,
    export_time: timestamp(startHour + 6 * millisecondsPerHour),
    cost: costMicros / 1e6,
    currency: 'USD',
    currency_conversion_rate: 1,
    usage: {
      amount: thousandths / 1000,
      unit: item.unit,
      amount_in_pricing_units: thousandths / 1000,
      pricing_unit: item.unit,
    },
    credits: credits.map(({ micros, ...credit }) => ({ ...credit, amount: -micros / 1e6 })),
    invoice: { month: `${invoiceMonth.year}${invoiceMonth.month}`, publisher_type: 'GOOGLE' },
    cost_type: 'regular',
    cost_at_list: costMicros / 1e6,
    resource: {
      name: `resource-${index % 40}`,
      global_name: `//example.googleapis.com/projects/${project.number}/resources/${index % 40}`,
    },
    price: {
      effective_price: item.priceMicros / 1e6,
      tier_start_amount: 0,
      unit: item.unit,
      pricing_unit_quantity: 1,
    },
  };
  return { row, costMicros, creditMicros: -credits.reduce((sum, { micros }) => sum + micros, 0) };
}

/** None, one or two credits; `micros` is what each takes off the cost. */
function makeCredits(item: (typeof skus)[number], costMicros: number, random: () => number) {
  const sustained = {
    id: 'Sustained Usage Discount',
    full_name: 'Sustained Usage Discount',
    type: 'SUSTAINED_USAGE_DISCOUNT',
    name: 'Sustained Usage Discount',
    micros: Math.round(costMicros * 0.2),
  };
  const promotion = {
    id: 'PROMO-2026',
    full_name: 'Promotional credit 2026',
    type: 'PROMOTION',
    name: 'Promotional credit 2026',
    micros: Math.round(costMicros * 0.05),
  };
  const isPromoted = random() < 0.15;
  return [...(item.sustainedUse ? [sustained] : []), ...(isPromoted ? [promotion] : [])];
}

function pick<T>(choices: readonly T[], random: () => number): T {
  const choice = choices[Math.floor(random() * choices.length)];
  if (choice === undefined) throw new Error('There is nothing to pick from.');
  return choice;
}

/** As the export writes it, e.g. 2026-10-31 23:00:00 UTC. */
const timestamp = (milliseconds: number): string =>
  `${new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
